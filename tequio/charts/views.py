"""Pictures, by the name of what is in them."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from tequio.charts.queries import picture
from tequio.kernel.web import Request


@require_safe
def chart(request: Request, sha: str) -> HttpResponse:
    """Public numbers: the same for everybody, and never another picture at the same address."""
    svg = picture(sha)
    if svg is None:
        raise Http404
    response = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
