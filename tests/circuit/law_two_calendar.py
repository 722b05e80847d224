"""What the machine of law two does with calendars and mail: closed days, recounts, contested pauses, bounces."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tequio.circuit.actions import asker
from tequio.circuit.actions.closures import declare_closure, withdraw_closure
from tequio.circuit.actions.delivery import leg_opened, letter_refused, letter_taken
from tequio.circuit.actions.recounting import recount_legs, running_legs
from tequio.kernel import clock
from tequio.network.models import Closure, Mandate
from tequio.network.queries import acting
from tequio.notices.models import Letter
from tests.circuit.law_two_voices import Voices

pick = st.integers(min_value=0, max_value=10_000)


class Calendars(Voices):
    """The machine's base: after the rules of both voices, those of dates."""

    taken_back: bool

    def somebody(self, which: int) -> Mandate | None:
        current = list(Mandate.objects.current().order_by("pk"))
        return current[which % len(current)] if current else None

    @rule(which=pick, refused=st.booleans())
    def a_mail_server_speaks(self, which: int, refused: bool) -> None:
        sent = list(Letter.objects.exclude(tag="").order_by("-pk")[:20])
        if sent:
            (letter_refused if refused else letter_taken)(sent[which % len(sent)])

    @rule(case=pick)
    def the_page_is_opened(self, case: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            leg_opened(leg, by=by)

    @rule(case=pick)
    def contest(self, case: int) -> None:
        if found := self.case(case, "question"):
            self.attempt(asker.contest_question, found, text="Ya está")

    @rule(which=pick, ahead=st.integers(-3, 20), length=st.integers(0, 20))
    def declare_closed_days(self, which: int, ahead: int, length: int) -> None:
        if by := self.somebody(which):
            first = clock.today(by.office.organisation.zone) + timedelta(days=ahead)
            days = {"first_day": first, "last_day": first + timedelta(days=length)}
            self.attempt(declare_closure, by=by, name="Cierre", **days)

    @rule(which=pick)
    def take_closed_days_back(self, which: int) -> None:
        declared = list(Closure.objects.filter(withdrawn_at=None).order_by("pk"))
        if declared:
            closure = declared[which % len(declared)]
            for office in closure.organisation.offices.order_by("pk"):
                for by in acting(office)[:1]:
                    self.taken_back = True
                    self.attempt(withdraw_closure, closure, by=by)

    @rule()
    def recount(self) -> None:
        recount_legs(running_legs().order_by("pk").values_list("pk", flat=True), "calendar")
