"""Approving an ask, so that it goes on to the next step of its route."""

from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.answering import AnswerForm, prose
from tequio.circuit.models import Leg
from tequio.circuit.queries.routes import next_desk
from tequio.kernel.texts import pick


class ForwardForm(AnswerForm):
    act, button = "forward", _("Approve and pass it on")
    text = prose(
        _("In your words"),
        _("Why you approve it. The asker and the next office read it."),
        required=False,
        rows=3,
    )

    @classmethod
    def offered(cls, leg: Leg) -> bool:
        return not leg.asked_by_id and next_desk(leg) is not None

    def prepare(self, leg: Leg) -> None:
        step = next_desk(leg)
        self.title = _("Approve it, and pass it on: %(step)s") % {"step": pick(step["label"]) if step else ""}
