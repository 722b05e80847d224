"""What the machine of law two does with governments and organisations: they change, are renamed, merge and close."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tequio.circuit.actions.governing import change_government, decide_review
from tequio.circuit.actions.reorganising import end_organisation, rename_organisation
from tequio.circuit.models import Commitment, Leg, Review
from tequio.kernel import clock
from tequio.network.models import Mandate, Organisation
from tequio.network.queries import acting
from tests.cast import Cast

GOVERNED = ["agency", "institute", "embassy-de"]
pick = st.integers(min_value=0, max_value=10_000)


class Governments(RuleBasedStateMachine):
    cast: Cast

    def attempt(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def coordinator(self) -> Mandate | None:
        return next(iter(acting(self.cast.desk)), None)

    @rule(slugs=st.lists(st.sampled_from(GOVERNED), unique=True, max_size=3), days=st.integers(0, 60))
    def the_government_changes(self, slugs: list[str], days: int) -> None:
        if by := self.coordinator():
            day = clock.today(by.office.organisation.zone) + timedelta(days=days)
            chosen = [self.cast.organisations[slug] for slug in slugs]
            self.attempt(change_government, "MX", name="Cambio", organisations=chosen, decide_on=day, by=by)

    @rule(which=pick, decision=st.sampled_from(["keep", "amend", "drop"]), days=st.integers(0, 40))
    def who_came_decides(self, which: int, decision: str, days: int) -> None:
        waiting = list(
            Review.objects.filter(decision="").select_related("office__organisation").order_by("pk")
        )
        review = waiting[which % len(waiting)] if waiting else None
        if review and (actors := acting(review.office)):
            day = clock.today(review.office.organisation.zone) + timedelta(days=days)
            given = {"reason": "Otro plan", "what": "Otra cosa", "due_on": day}
            self.attempt(decide_review, review, decision, by=actors[0], **given)

    @rule(slug=st.sampled_from(GOVERNED), number=st.integers(0, 99))
    def an_organisation_is_renamed(self, slug: str, number: int) -> None:
        if by := self.coordinator():
            day = clock.today("UTC") - timedelta(days=1)
            names = {"es": f"Nombre {number}"}
            self.attempt(rename_organisation, self.cast.organisations[slug], names, on=day, by=by)

    @rule(
        slug=st.sampled_from(["institute", "chapter-madrid"]),
        kind=st.sampled_from(["merged", "split", "closed"]),
        heirs=st.lists(
            st.sampled_from(["agency", "chapter-berlin", "university-oaxaca"]), unique=True, max_size=2
        ),
    )
    def an_organisation_ends(self, slug: str, kind: str, heirs: list[str]) -> None:
        if by := self.coordinator():
            day = clock.today("UTC") - timedelta(days=1)
            successors = [self.cast.organisations[heir] for heir in heirs]
            ended = self.cast.organisations[slug]
            self.attempt(end_organisation, ended, kind, on=day, by=by, successors=successors)

    @invariant()
    def nothing_is_left_at_an_organisation_that_ended(self) -> None:
        ended = Organisation.objects.exclude(closed_on=None)
        assert not Leg.objects.filter(owner__organisation__in=ended, closed_at=None).exists()
        assert not Mandate.objects.current().filter(office__organisation__in=ended).exists()
        owed = Commitment.objects.filter(office__organisation__in=ended)
        assert not owed.filter(kept_at=None, broken_at=None, dropped_at=None).exists()
