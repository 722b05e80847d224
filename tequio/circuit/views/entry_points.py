from django.http import HttpResponse

from tequio.kernel.web import Request


def entry_points(request: Request) -> HttpResponse:
    return HttpResponse()


def entry_point(request: Request, slug: str) -> HttpResponse:
    return HttpResponse()
