"""The stories: each step is one of the hub's own verbs, done by whoever would have done it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from tequio.circuit.actions import answering, asker
from tequio.circuit.actions.asking import Draft, confirm_ask, mend_address, record_ask
from tequio.circuit.models import Ask, AskKind, Case, Leg
from tequio.circuit.queries.cases import current_leg
from tequio.kernel import clock, ids
from tequio.network.models import Mandate, Office, Organisation
from tequio.network.queries import acting
from tequio.reference.models import Country, Field, Region, Subfield
from tequio.site.demo.tables import PACK, Row, address_of
from tequio.site.demo.timeline import Act, Days

HOURS = {"ask": "09:10", "outcome": "12:10"}
MINUTES_TO_CONFIRM = 14


class Story:
    """One ask, from the table that tells it."""

    def __init__(self, row: Row, askers: Row, number: int) -> None:
        self.row, self.number = row, number
        self.asker: Row = {"address": address_of(row["asker"]), **askers[row["asker"]]}
        self.ask: Ask | None = None

    def acts(self, days: Days) -> Iterator[Act]:
        for step in self.row["step"]:
            hour, verb = step.get("at", HOURS.get(step["do"], "11:00")), VERBS[step["do"]]
            at = days.at(step["day"], hour, self.number)
            yield Act(at, self.number, partial(verb, self, step))
            if step["do"] == "ask" and step.get("confirmed", True):
                later = at + timedelta(minutes=MINUTES_TO_CONFIRM)
                yield Act(later, self.number, partial(self.confirm, step))

    @property
    def case(self) -> Case:
        return Case.objects.select_related("ask", "kind").get(ask=self.ask)

    def desk(self) -> tuple[Leg, Mandate]:
        """Where the ask is, and whoever acts for that office at this instant."""
        leg = current_leg(self.case)
        assert leg is not None and leg.owner is not None
        return leg, acting(leg.owner)[0]

    def record(self, step: Row) -> None:
        own = {**self.asker, **self.row}
        school = Organisation.objects.filter(slug=own.get("organisation")).select_related("region").first()
        region = school.region if school else Region.objects.filter(pk=own.get("region")).first()
        draft = Draft(
            kind=AskKind.objects.get(home=PACK.upper(), slug=own["kind"]),
            name=own["name"],
            address=step.get("address", own["address"]),
            text=own["text"],
            on_behalf_of=own.get("on_behalf_of", ""),
            language=own.get("language", "es"),
            zone=region.zone if region else own["zone"],
            organisation=school,
            organisation_typed=own.get("organisation_typed", ""),
            region=region,
            country=Country.objects.filter(pk=own.get("country")).first(),
            field=Field.objects.filter(pk=own.get("field")).first(),
            subfield=Subfield.objects.filter(pk=own.get("subfield")).first(),
        )
        self.ask = record_ask(draft, key=ids.idempotency_key(), network="")

    def confirm(self, step: Row) -> None:
        assert self.ask is not None
        confirm_ask(self.ask)

    def mend(self, step: Row) -> None:
        assert self.ask is not None
        self.ask = mend_address(self.ask, self.asker["address"])

    def accept(self, step: Row) -> None:
        leg, by = self.desk()
        due_on = clock.today(by.office.organisation.zone) + timedelta(days=step["within"])
        answering.accept_leg(leg, by=by, what=step["what"], due_on=due_on)

    def decline(self, step: Row) -> None:
        leg, by = self.desk()
        answering.decline_leg(leg, by=by, reason=step["reason"], text=step.get("text", ""))

    def pass_on(self, step: Row) -> None:
        leg, by = self.desk()
        to = Office.objects.get(organisation__slug=step["to"], is_head=True)
        answering.pass_on_leg(leg, by=by, to=to, reason=step["reason"], text=step["text"])

    def question(self, step: Row) -> None:
        leg, by = self.desk()
        answering.ask_more(leg, by=by, question=step["text"])

    def undo(self, step: Row) -> None:
        leg, by = self.desk()
        answering.undo_answer(leg, by=by)

    def reply(self, step: Row) -> None:
        asker.reply_to_question(self.case, step["text"])

    def withdraw(self, step: Row) -> None:
        asker.withdraw_case(self.case, text=step.get("text", ""))

    def outcome(self, step: Row) -> None:
        asker.report_outcome(self.case, happened=step["happened"], text=step.get("text", ""))


VERBS: dict[str, Callable[[Story, Row], None]] = {
    "ask": Story.record,
    "confirm": Story.confirm,
    "mend": Story.mend,
    "accept": Story.accept,
    "decline": Story.decline,
    "pass-on": Story.pass_on,
    "question": Story.question,
    "undo": Story.undo,
    "reply": Story.reply,
    "withdraw": Story.withdraw,
    "outcome": Story.outcome,
}
