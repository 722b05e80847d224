from django.http import HttpResponse

from tequio.kernel.web import Request


def ledger(request: Request) -> HttpResponse:
    return HttpResponse()


def ledger_csv(request: Request) -> HttpResponse:
    return HttpResponse()
