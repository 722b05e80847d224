"""The page of an asker who is asked again whether it happened; nothing happens until they choose."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.recalling import say_again
from tequio.circuit.queries.recalls import shown_recall
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def recall(request: Request, pk: int, key: str) -> HttpResponse:
    """The question with its answers; a POST of one says it, and the page then thanks and lets it be changed."""
    found, refused = access.recall_by_link(pk, key), ""
    if request.method == "POST":
        try:
            say_again(found, request.POST.get("word", ""))
        except Refused as fault:
            refused = str(fault)
        else:
            return redirect(request.path)
    return render(request, "circuit/recall.html", {**shown_recall(found), "refused": refused})
