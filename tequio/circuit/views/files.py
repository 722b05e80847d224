"""Files of a case, each by the door of the page on which it is listed; always saved, never shown in place."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from tequio.circuit import access
from tequio.circuit.views.leg_work import office_of
from tequio.circuit.visibility import Sight, for_asker, for_office
from tequio.kernel.uploads import store
from tequio.kernel.web import Request, private


@require_safe
@private
def followed(request: Request, ref: str, key: str, pk: int) -> HttpResponse:
    return _file(for_asker(access.case_by_link(ref, key)), pk)


@require_safe
@private
def by_link(request: Request, ref: str, number: int, mandate: int, key: str, pk: int) -> HttpResponse:
    leg, _by = access.leg_by_link(ref, number, mandate, key)
    return _file(for_office(leg.case, office_of(leg, None)), pk)


@require_safe
@login_required
@private
def at_desk(request: Request, office: int, ref: str, number: int, pk: int) -> HttpResponse:
    leg, _by = access.leg_for(request.person, office, ref, number)
    return _file(for_office(leg.case, office_of(leg, office)), pk)


def _file(sight: Sight, pk: int) -> HttpResponse:
    """The file, if the viewer may read it: by the type that was found in it, and to be saved."""
    file = sight.file(pk)
    if file is None:
        raise Http404
    try:
        content = store.content(file.path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
