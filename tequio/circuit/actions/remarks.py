"""Internal notes of an office. Only the office reads them; the journal says that one was kept, not what or of whom."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.wording import refuse_unless_office
from tequio.circuit.models import Case, Remark
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office

LONGEST = 3000


def write_remark(
    office: Office, text: str, *, by: Mandate, case: Case | None = None, learnt: bool = False
) -> Remark:
    """Keeps a note on a case, or on the office's work. `learnt`: it goes into the hand-over book."""
    text = text.strip()
    if not text:
        raise Refused(_("Write the note."), "text")
    if len(text) > LONGEST:
        raise Refused(_("This note is too long. Shorten it."), "text")
    with transaction.atomic():
        refuse_unless_office(office, by)
        remark = Remark.objects.create(
            office=office, case=case, mandate=by, text=text, learnt=learnt, at=clock.now()
        )
        _enter("remark.kept", remark, by)
    return remark


def mark_remark(remark: Remark, *, learnt: bool, by: Mandate) -> Remark:
    """Puts the note into the hand-over book, or takes it out."""
    with transaction.atomic():
        refuse_unless_office(remark.office, by)
        remark.learnt = learnt
        remark.save(update_fields=["learnt"])
        _enter("remark.marked", remark, by)
    return remark


def remove_remark(remark: Remark, *, by: Mandate) -> None:
    with transaction.atomic():
        refuse_unless_office(remark.office, by)
        _enter("remark.removed", remark, by)
        remark.delete()


def _enter(kind: str, remark: Remark, by: Mandate) -> None:
    write(kind, office=remark.office.code, payload={"by": by.pk, "remark": remark.pk})
