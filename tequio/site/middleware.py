"""What holds for every answer of the hub."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponseBase]
METHODS = ["GET", "HEAD", "POST"]


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def guard(get_response: Answer) -> Answer:
    """Serves the demo to this machine alone and answers GET, HEAD and POST alone; keeps the pages of who is
    signed in out of every cache.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.DEMO and not is_loopback(request.META.get("REMOTE_ADDR", "")):
            words = _("The demo lets anybody act as anybody, so it answers only on the machine it runs on.")
            return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        response = get_response(request)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware
