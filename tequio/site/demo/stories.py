"""The stories: each step is one of the hub's own verbs, done by whoever would have done it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from tequio.circuit.actions import answering, asker, disputes
from tequio.circuit.actions.asking import Draft, confirm_ask, mend_address, record_ask
from tequio.circuit.actions.commitments import amend_commitment, drop_commitment
from tequio.circuit.actions.consulting import latest_day
from tequio.circuit.actions.drafts import keep_draft
from tequio.circuit.actions.forwarding import forward_leg
from tequio.circuit.actions.merging import merge_case
from tequio.circuit.actions.opinions import ask_opinions, give_opinion
from tequio.circuit.actions.referring import refer_leg, say_no, say_yes
from tequio.circuit.actions.remarks import write_remark
from tequio.circuit.actions.reporting import report_done
from tequio.circuit.actions.worded import answer_leg, elsewhere_leg
from tequio.circuit.models import Ask, AskKind, Case, Commitment, Leg, Referral
from tequio.circuit.queries.cases import current_leg
from tequio.circuit.reckoning import calendar_of, nth_day, nth_day_before
from tequio.kernel import clock, ids
from tequio.network.models import Mandate, Office, Organisation
from tequio.network.queries import acting
from tequio.reference.models import Country, Field, Region, Subfield
from tequio.site.demo.tables import PACK, Row, address_of, office_named
from tequio.site.demo.timeline import Act, Days

HOURS = {"ask": "09:10", "outcome": "12:10"}
MINUTES_TO_CONFIRM = 14


class Story:
    """One ask, from the table that tells it.

    `told`: the stories by the names that other stories use. A step's day is counted from the present (`day`), or in
    working days of the `office` of the story: the ask such that what was promised within `days` falls due `due`
    working days from now, a later step `after` so many from the ask.
    """

    def __init__(self, row: Row, askers: Row, number: int, told: "dict[str, Story] | None" = None) -> None:
        self.row, self.number = row, number
        self.asker: Row = {"address": address_of(row["asker"]), **askers[row["asker"]]}
        self.ask: Ask | None = None
        self.told = {} if told is None else told
        if name := row.get("called"):
            self.told[name] = self

    def acts(self, days: Days) -> Iterator[Act]:
        asked = 0
        for step in self.row["step"]:
            hour, verb = step.get("at", HOURS.get(step["do"], "11:00")), VERBS[step["do"]]
            day = self._day(step, days, asked)
            asked = day if step["do"] == "ask" else asked
            at = days.at(day, hour, self.number)
            yield Act(at, self.number, partial(verb, self, step))
            if step["do"] == "ask" and step.get("confirmed", True):
                later = at + timedelta(minutes=MINUTES_TO_CONFIRM)
                yield Act(later, self.number, partial(self.confirm, step))

    def _day(self, step: Row, days: Days, asked: int) -> int:
        if "day" in step:
            return int(step["day"])
        calendar = calendar_of(office_named(self.row["office"]).organisation)
        if "after" in step:
            return days.count(nth_day(calendar, step["after"], days.on(asked)))
        last = nth_day_before(calendar, 1, days.on(1))
        ahead = step["due"]
        due = nth_day(calendar, ahead, last) if ahead > 0 else nth_day_before(calendar, -ahead, last)
        return days.count(nth_day_before(calendar, step["days"], due))

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
        answering.accept_leg(
            leg, by=by, what=step["what"], due_on=_within(by, step), in_kind=step.get("in_kind", "")
        )

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

    # In words, and the asker's word on it ------------------------------------------------------------------------

    def answer(self, step: Row) -> None:
        leg, by = self.desk()
        answer_leg(leg, by=by, text=step["text"])

    def elsewhere(self, step: Row) -> None:
        leg, by = self.desk()
        elsewhere_leg(leg, by=by, on=_within(by, step), text=step["text"])

    def agree(self, step: Row) -> None:
        disputes.agree_case(self.case, text=step.get("text", ""))

    def dispute(self, step: Row) -> None:
        disputes.dispute_case(self.case, text=step["text"])

    def appeal(self, step: Row) -> None:
        disputes.appeal_case(self.case, text=step["text"])

    def contest(self, step: Row) -> None:
        asker.contest_question(self.case, text=step.get("text", ""))

    # Other offices, members --------------------------------------------------------------------------------------

    def forward(self, step: Row) -> None:
        leg, by = self.desk()
        forward_leg(leg, by=by, text=step.get("text", ""))

    def consult(self, step: Row) -> None:
        leg, by = self.desk()
        offices = [office_named(name) for name in step["offices"]]
        day = latest_day(leg, offices, _within(by, step), clock.now())
        assert day is not None
        ask_opinions(leg, by=by, offices=offices, task=step["text"], due_on=day)

    def opinion(self, step: Row) -> None:
        leg = self.case.legs.exclude(asked_by=None).filter(closed_at=None).select_related("owner")[0]
        assert leg.owner is not None
        give_opinion(leg, by=acting(leg.owner)[0], text=step["text"])

    def refer(self, step: Row) -> None:
        leg, by = self.desk()
        due_on = min(_within(by, step), leg.due_on or date.max)
        address, language = address_of(step["member"]), step.get("language", "es")
        refer_leg(
            leg,
            by=by,
            name=step["name"],
            address=address,
            language=language,
            due_on=due_on,
            note=step["text"],
        )

    def member(self, step: Row) -> None:
        """The member says yes, with the name and the contact that they choose to show, or no."""
        asked = Referral.objects.get(leg__case=self.case, answered_at=None)
        if "shown" in step:
            shown, contact = step["shown"], step["contact"]
            say_yes(asked, shown_name=shown, shown_contact=contact, text=step.get("text", ""))
        else:
            say_no(asked)

    def merge(self, step: Row) -> None:
        _leg, by = self.desk()
        merge_case(self.case, self.told[step["into"]].case, by=by)

    # What was promised, and the desk's own work --------------------------------------------------------------------

    def promised(self) -> tuple[Commitment, Mandate]:
        commitment = self.case.commitments.filter(dropped_at=None).latest("pk")
        return commitment, acting(commitment.office)[0]

    def done(self, step: Row) -> None:
        commitment, by = self.promised()
        report_done(commitment, by=by, text=step.get("text", ""))

    def amend(self, step: Row) -> None:
        commitment, by = self.promised()
        amend_commitment(commitment, by, step.get("what", commitment.what), _within(by, step), step["reason"])

    def drop(self, step: Row) -> None:
        commitment, by = self.promised()
        drop_commitment(commitment, by, step["reason"])

    def note(self, step: Row) -> None:
        leg, by = self.desk()
        write_remark(by.office, step["text"], by=by, case=leg.case)

    def draft(self, step: Row) -> None:
        leg, by = self.desk()
        keep_draft(leg, step["act"], step["data"], by=by)


def _within(by: Mandate, step: Row) -> date:
    """The day that lies so many days from that of the step, where the office is."""
    return clock.today(by.office.organisation.zone) + timedelta(days=step["within"])


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
    "answer": Story.answer,
    "elsewhere": Story.elsewhere,
    "agree": Story.agree,
    "dispute": Story.dispute,
    "appeal": Story.appeal,
    "contest": Story.contest,
    "forward": Story.forward,
    "consult": Story.consult,
    "opinion": Story.opinion,
    "refer": Story.refer,
    "member": Story.member,
    "merge": Story.merge,
    "done": Story.done,
    "amend": Story.amend,
    "drop": Story.drop,
    "note": Story.note,
    "draft": Story.draft,
}
