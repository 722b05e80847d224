"""A year at a hub with many posts, of which one is dead: the asks, who answers them, and day by day the worker."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from string import ascii_uppercase, digits

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.promises import sign_again
from tequio.circuit.models import Case, Leg
from tequio.circuit.queries.service import quiet_posts
from tequio.kernel import clock as kernel_clock
from tequio.network.models import Mandate
from tequio.reference.models import Country
from tests.cast import Cast, texts
from tests.circuit.quiet import SUPPORT, work_without_letters
from tests.conftest import Clock

POSTS, DEAD, DAYS, AFTER, OFTEN = 20, "X0", 240, 40, 5


@dataclass
class Year:
    """`answering`: of how many in a hundred posts, the dead one aside, every ask is answered in time; the others
    answer every other ask, and come back every other week when new asks have gone elsewhere.
    """

    cast: Cast
    clock: Clock
    asks: int
    answering: int
    random: Random = field(default_factory=lambda: Random(5))
    luck: Random = field(default_factory=lambda: Random(6))
    plans: dict[int, datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mesa = self.cast.hold("mesa", "Mesa")
        self.countries = [
            Country.objects.create(id=f"X{mark}", names=texts(f"País {mark}"), zones=["Europe/Berlin"])
            for mark in (digits + ascii_uppercase)[: POSTS + 1]
        ]
        self.holders = {country.pk: self._post(country.pk) for country in self.countries}
        self.dead = self.holders[DEAD].office
        rest = [each for each in self.holders.values() if each.office != self.dead]
        self.reliable = {each.office_id for each in rest[: len(rest) * self.answering // 100]}
        self.by = {each.office_id: each for each in (*rest, self.mesa)}

    def _post(self, code: str) -> Mandate:
        slug = f"post-{code.lower()}"
        self.cast.organisation(slug, "post", f"Embajada {code}", country="DE")
        mandate = self.cast.hold(slug, code)
        self.cast.promise(mandate, SUPPORT, days=self.random.randint(3, 10), valid_days=365, countries=[code])
        return mandate

    def run(self) -> None:
        """Every ask is made, and whoever answers does; day by day, until the last date has passed."""
        begins = self.clock.instant
        days = sorted(self.random.randrange(DAYS) for _ in range(self.asks))
        for day in range(DAYS + AFTER):
            self.clock.to(begins + timedelta(days=day))
            work_without_letters()
            for number in range(days.count(day)):
                self._ask(f"a{day}-{number}@example.net")
            self._answer()
            if day % 7 == 0:
                self._come_back()

    def _ask(self, address: str) -> None:
        country = (
            self.countries[0] if self.random.randrange(OFTEN) == 0 else self.random.choice(self.countries)
        )
        self.cast.case(SUPPORT, address=address, country=country)

    def _answer(self) -> None:
        for leg in Leg.objects.filter(closed_at=None, owner__in=self.by).order_by("pk"):
            if leg.pk not in self.plans:
                self.plans[leg.pk] = self._plan(leg)
            at = self.plans[leg.pk]
            if at and at <= self.clock.instant:
                decline_leg(leg, by=self.by[leg.owner_id or 0], reason="full")

    def _plan(self, leg: Leg) -> datetime | None:
        """When the office answers: some day before the date is over; or never."""
        assert leg.due_at is not None
        sure = leg.owner_id in self.reliable or leg.owner_id == self.mesa.office_id
        if not sure and self.luck.random() < 0.5:
            return None
        days = max((leg.due_at - self.clock.instant).days - 1, 0)
        return self.clock.instant + timedelta(days=self.luck.randint(0, days))

    def _come_back(self) -> None:
        for code in quiet_posts():
            office = int(code.rpartition("/")[2])
            if office in self.by and self.luck.random() < 0.5:
                sign_again(self.by[office].office, by=self.by[office])

    def asked_at_dead(self) -> list[Case]:
        """The cases whose place is the dead post's, in order."""
        return list(Case.objects.filter(ask__country=DEAD).order_by("opened_at", "pk"))

    def shares(self) -> str:
        """What was answered, and by the first date that the asker was told: of all asks, and of the dead post's."""
        every = list(Case.objects.order_by("pk"))
        return "; ".join(
            f"{name} {self._share(cases)}" for name, cases in (("all", every), ("dead", self.asked_at_dead()))
        )

    def _share(self, cases: list[Case]) -> str:
        answered = [case for case in cases if case.first_answer_at]
        in_time = [
            case
            for case in answered
            if case.first_answer_at and kernel_clock.day_of(case.first_answer_at, "UTC") <= case.first_due_on
        ]
        waits = sorted(
            (case.first_answer_at - case.opened_at).days for case in answered if case.first_answer_at
        )
        return (
            f"answered {len(answered)} of {len(cases)}, by the first date {len(in_time)}, "
            f"median after {waits[len(waits) // 2]} days"
        )
