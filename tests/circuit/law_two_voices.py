"""What the machine of law two says with both voices: answers, agreement, disputes, appeals, done and not done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tequio.circuit.actions import disputes, mailroom, reporting, worded
from tequio.circuit.models import Case, Commitment, Leg, Reply
from tequio.circuit.queries.voices import BY_WORD
from tequio.kernel import clock
from tequio.network.models import Mandate
from tequio.network.queries import acting
from tests.circuit.mails import arrives, mail

REPLIES = [
    "Escriban a la biblioteca.",
    "Aceptamos. Por video el 31 de diciembre.",
    "Aceptamos.",
    "No podemos.",
    "Pasar a Capítulo Madrid.",
    "¿Cuántos alumnos son?",
    "",
]
pick = st.integers(min_value=0, max_value=10_000)


class Voices(RuleBasedStateMachine):
    """The machine's base: it says how to find a case and an open leg, and how to attempt a verb."""

    def case(self, which: int, *states: str) -> Case | None:
        raise NotImplementedError

    def open_leg(self, which: int) -> tuple[Leg | None, Mandate | None]:
        raise NotImplementedError

    def attempt(self, verb: Callable[..., Any], *args: Any, **given: Any) -> None:
        raise NotImplementedError

    @rule(case=pick)
    def answer_in_words(self, case: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            self.attempt(worded.answer_leg, leg, by=by, text="Aquí está.")

    @rule(case=pick, back=st.integers(-1, 40))
    def answer_elsewhere(self, case: int, back: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by and leg.owner:
            on = clock.today(leg.owner.organisation.zone) - timedelta(days=back)
            self.attempt(worded.elsewhere_leg, leg, by=by, on=on, text="Por teléfono")

    @rule(case=pick, text=st.sampled_from(REPLIES), known=st.sampled_from([True, True, False]))
    def reply_by_mail(self, case: int, text: str, known: bool) -> None:
        """Whoever acts replies to a letter, or a stranger does, and somebody may release what the stranger wrote."""
        leg, by = self.open_leg(case)
        if leg and by:
            sender = by.person.account.email if known else "x@example.net"
            with override_settings(MAIL_DOMAIN="mail.example"):
                arrives(mail(leg, text, sender=sender))
                held = Reply.objects.filter(leg=leg, state="asked").first()
                if held and case % 2:
                    self.attempt(mailroom.own_mail, held, by=by)

    @rule(case=pick)
    def agree(self, case: int) -> None:
        if found := self.case(case, *BY_WORD):
            self.attempt(disputes.agree_case, found)

    @rule(case=pick)
    def dispute(self, case: int) -> None:
        if found := self.case(case, *BY_WORD):
            self.attempt(disputes.dispute_case, found, text="No es eso")

    @rule(case=pick)
    def appeal(self, case: int) -> None:
        if found := self.case(case, *BY_WORD):
            self.attempt(disputes.appeal_case, found, text="No es eso")

    @rule(which=pick)
    def report_done(self, which: int) -> None:
        found = list(Commitment.objects.filter(kept_at=None, dropped_at=None, office_done_at=None))
        commitment = found[which % len(found)] if found else None
        if commitment and (actors := acting(commitment.office)):
            self.attempt(reporting.report_done, commitment, by=actors[0])

    @rule(which=pick)
    def answer_a_no(self, which: int) -> None:
        found = list(Commitment.objects.exclude(broken_at=None).exclude(office_done_at=None))
        commitment = found[which % len(found)] if found else None
        if commitment and (actors := acting(commitment.office)):
            self.attempt(reporting.answer_no, commitment, by=actors[0], text="Sí se hizo")
