"""The rules of law two's machine that a richer route brings: approvals, opinions, members."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tequio.circuit.actions import forwarding, opinions, referring
from tequio.circuit.models import Leg, Referral
from tequio.circuit.queries.opinions import advisers
from tequio.kernel import clock
from tequio.network.models import Mandate
from tequio.network.queries import acting
from tests.cast import Cast
from tests.circuit.tables import JOINT, add_kind

OFFICES = [
    "chapter-berlin",
    "chapter-madrid",
    "university-oaxaca",
    "institute",
    "agency",
    "embassy-de",
    "mesa",
]
NAMES = ["Ana", "Beto", "Carla", "Dora"]
pick = st.integers(min_value=0, max_value=10_000)


class RouteRules(RuleBasedStateMachine):
    """What happens to asks of the kind "joint", whose route leads through two organisations, or to a member."""

    cast: Cast

    def attempt(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def open_leg(self, which: int) -> tuple[Leg | None, Mandate | None]:
        raise NotImplementedError

    def somebody_has_promised_the_joint_kind(self, berlin: Mandate) -> None:
        add_kind(self.cast, "joint", JOINT)
        self.cast.promise(berlin, "joint", days=12)
        self.cast.promise(self.cast.hold("embassy-de", "Dora"), "joint", days=9)

    @rule(case=pick)
    def approve(self, case: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            self.attempt(forwarding.forward_leg, leg, by=by, text="Es nuestra")

    @rule(case=pick, which=pick, many=st.integers(1, 2), days=st.integers(0, 9))
    def want_opinions(self, case: int, which: int, many: int, days: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            found = list(advisers(leg))
            chosen = [found[(which + n) % len(found)] for n in range(many)] if found else []
            day = clock.today("UTC") + timedelta(days=days)
            self.attempt(opinions.ask_opinions, leg, by=by, offices=chosen, task="¿Y bien?", due_on=day)

    @rule(which=pick)
    def give_opinion(self, which: int) -> None:
        asked = list(Leg.objects.filter(closed_at=None).exclude(asked_by=None).order_by("pk"))
        leg = asked[which % len(asked)] if asked else None
        if leg and leg.owner and (actors := acting(leg.owner)):
            self.attempt(opinions.give_opinion, leg, by=actors[0], text="A mi juicio, sí")

    @rule(case=pick, who=st.sampled_from(NAMES), days=st.integers(0, 9))
    def ask_a_member(self, case: int, who: str, days: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            given = {"name": who, "address": f"{who.lower()}@example.com", "language": "es"}
            day = clock.today("UTC") + timedelta(days=days)
            self.attempt(referring.refer_leg, leg, by=by, due_on=day, **given)

    @rule(which=pick, yes=st.booleans())
    def a_member_answers(self, which: int, yes: bool) -> None:
        asked = list(Referral.objects.order_by("pk"))
        referral = asked[which % len(asked)] if asked else None
        if referral and yes:
            self.attempt(referring.say_yes, referral, shown_name="Una doctora", shown_contact="555 0000")
        elif referral:
            self.attempt(referring.say_no, referral)

    @rule(office=st.sampled_from(OFFICES), days=st.integers(1, 30))
    def sign_for_the_joint_kind(self, office: str, days: int) -> None:
        if actors := acting(self.cast.office(office)):
            self.attempt(self.cast.promise, actors[0], "joint", days=days, valid_days=60)
