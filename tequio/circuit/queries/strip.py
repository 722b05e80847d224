"""The circuit strip: the steps of an ask, the same on the asker's page, the desk's page and in the mail."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tequio.circuit.models import Case
from tequio.circuit.queries.routes import DESK, row_of
from tequio.circuit.states import STATES, LegOutcome, Word
from tequio.kernel.texts import pick


@dataclass(frozen=True)
class Step:
    """`state`: done, here, next, or ended (the way stopped here)."""

    label: str
    state: str
    office: str = ""
    until: date | None = None
    note: str = ""


def label_of(case: Case) -> str:
    """The case's state in the words of its kind's route, else in the hub's; what nobody objected to is called so."""
    if case.state == "done" and case.asker_says == Word.SILENT:
        return _("Done, says the office; no objection")
    if case.state == "answered" and case.asker_says == Word.DISPUTES:
        return _("Answered; the asker disagrees")
    row = row_of(case)
    return pick(row["label"]) if row else str(STATES[case.state].label)


def steps_of(case: Case) -> list[Step]:
    """Asked, with an office, accepted, done: what is over, where it stands with whom until when, what comes."""
    office = str(case.owner or "")
    asked, at_office, arranged, done = _("Asked"), _("With an office"), _("Accepted"), _("Done")
    if case.state == "done":
        return [
            Step(asked, "done"),
            Step(at_office, "done"),
            Step(arranged, "done"),
            Step(label_of(case), "done"),
        ]
    if case.state in ("at-desk", "question"):
        here = Step(label_of(case), "here", office, case.due_on)
        over, ahead = [*_approved(case), *_contradicted(case)], [*_desks_ahead(case), Step(arranged, "next")]
        return [Step(asked, "done"), *over, here, *ahead, Step(done, "next")]
    if case.state == "answered":
        end = "ended" if case.asker_says == Word.DISPUTES else "done"
        return [Step(asked, "done"), *_contradicted(case), Step(label_of(case), end, office)]
    if case.state == "arranged":
        here = Step(label_of(case), "here", office, case.due_on)
        return [Step(asked, "done"), Step(at_office, "done"), here, Step(done, "next")]
    steps = [Step(asked, "done")]
    if case.state in ("declined", "not-done", "unconfirmed"):
        steps.append(Step(at_office, "done", office))
    if case.state in ("not-done", "unconfirmed"):
        steps.append(Step(arranged, "done"))
    return [*steps, Step(label_of(case), "ended")]


def _contradicted(case: Case) -> list[Step]:
    """That the asker has contradicted an earlier answer, so that the ask stands where it does."""
    if case.appeals:
        return [Step(_("Appealed"), "done")]
    return (
        [Step(_("Answer disputed"), "done")]
        if case.asker_says == Word.DISPUTES and not case.closed_at
        else []
    )


def _approved(case: Case) -> list[Step]:
    """The desks whose office has approved the ask on its way here."""
    if case.route is None:
        return []
    legs = [leg for leg in case.legs.all() if leg.outcome == LegOutcome.FORWARDED and not leg.asked_by_id]
    rows = [case.route.step(leg.step) for leg in legs]
    return [Step(pick(row["label"]), "done") for row in rows if row]


def _desks_ahead(case: Case) -> list[Step]:
    """The desks that follow on the first way through the route, those of members too."""
    row = row_of(case)
    if case.route is None or row is None or row["does"] != DESK:
        return []
    been, steps = {row["slug"]}, []
    while row is not None:
        rows = [case.route.step(slug) for slug in row["next"] if slug not in been]
        row = next((each for each in rows if each and each["does"] == DESK), None)
        if row:
            been.add(row["slug"])
            steps.append(Step(pick(row["label"]), "next"))
    return steps
