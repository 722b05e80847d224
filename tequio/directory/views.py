from django.http import HttpResponse

from tequio.kernel.web import Request


def organisations(request: Request) -> HttpResponse:
    return HttpResponse()


def organisation(request: Request, slug: str) -> HttpResponse:
    return HttpResponse()
