"""Offices change hands: what was open goes to who acts next, at once, and old links are dead."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, decline_leg
from tequio.circuit.models import Case, Commitment, Leg
from tequio.kernel.errors import Refused
from tequio.network.actions import (
    accept_invitation,
    appoint_coordinator,
    begin_mandate,
    end_mandate,
    invite,
    mandate_ran_out,
    withdraw_invitation,
)
from tequio.network.models import Invitation, Mandate, Role
from tequio.network.queries import acting, is_vacant, may_act, offices_of
from tests.cast import Cast, letters, open_leg_of, path_in, told, work
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Refusals are read in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def dana(cast: Cast, beto: Mandate) -> Mandate:
    return cast.hold(beto.office, "Dana", role=Role.DEPUTY)


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


def statuses(client: Client, template: str, address: str) -> list[int]:
    return [client.get(path_in(letter)).status_code for letter in letters(template, address)]


def test_the_deputy_acts_at_once_on_what_the_holder_left_and_the_old_links_are_dead(
    cast: Cast, client: Client, beto: Mandate, dana: Mandate
) -> None:
    legs = [cast.leg() for _ in range(3)]
    assert statuses(client, "leg_new", "beto@example.org") == [200] * 3
    end_mandate(beto, by=beto)
    assert statuses(client, "leg_new", "beto@example.org") == [404] * 3
    assert statuses(client, "leg_handed", "dana@example.org") == [200] * 3
    decline_leg(legs[0], by=dana, reason="full")
    due = [(leg.owner, leg.due_on) for leg in legs]
    assert [(leg.owner, leg.due_on) for leg in Leg.objects.order_by("pk")] == due
    assert Leg.objects.filter(closed_at=None).count() == 2


def test_when_the_deputy_leaves_too_every_ask_goes_on_to_who_stands_above(
    cast: Cast, beto: Mandate, dana: Mandate, mesa: Mandate
) -> None:
    cases = [cast.leg().case for _ in range(3)]
    for mandate in (beto, dana):
        end_mandate(mandate, by=mandate)
    following = [open_leg_of(case) for case in cases]
    assert {(leg.owner, leg.rung) for leg in following} == {(cast.desk, "coordination")}
    assert [leg.outcome for leg in Leg.objects.filter(number=1)] == ["moved"] * 3
    assert len(letters("leg_new", "mesa@example.org")) == 3
    assert len(letters("asker_moved")) == 3
    assert Case.objects.filter(owner=cast.desk).count() == 3


def test_a_vacant_office_s_asks_go_to_its_head_office_then_to_its_fallback(cast: Cast, mesa: Mandate) -> None:
    liaison, head = cast.second_office("chapter-berlin"), cast.office("chapter-berlin")
    carla = cast.hold("chapter-madrid", "Carla")
    ana, beto = cast.hold(head, "Ana"), cast.hold(liaison, "Beto")
    cast.promise(beto, days=5, fallback=cast.promise(carla, days=9).entry_point)
    case, way = cast.case(), []
    for mandate in (beto, ana, carla):
        way.append(open_leg_of(case).owner)
        end_mandate(mandate, by=mandate)
    way.append(open_leg_of(case).owner)
    assert way == [liaison, head, cast.office("chapter-madrid"), cast.desk]


def test_what_a_vacant_office_had_promised_passes_on_with_its_date(
    cast: Cast, beto: Mandate, mesa: Mandate
) -> None:
    leg = cast.leg()
    accept_leg(leg, by=beto, what="Charla por video", due_on=date(2026, 12, 10))
    end_mandate(beto, by=beto)
    commitment, case = Commitment.objects.get(), Case.objects.get()
    assert (commitment.office, commitment.due_on, case.owner, case.state) == (
        cast.desk,
        date(2026, 12, 10),
        cast.desk,
        "arranged",
    )
    assert ("mesa", "entrusted-to-you") in told(case)


def test_the_coordinating_office_keeps_what_it_has_when_it_falls_vacant(cast: Cast, mesa: Mandate) -> None:
    case = cast.case()
    end_mandate(mesa, by=mesa)
    assert (open_leg_of(case).owner, Leg.objects.count()) == (cast.desk, 1)
    cast.hold("mesa", "Nora")
    assert len(letters("leg_handed", "nora@example.org")) == 1


def test_a_mandate_that_ends_at_midnight_needs_nobody_to_notice(
    cast: Cast, client: Client, clock: Clock
) -> None:
    beto = cast.hold("chapter-berlin", "Beto", until=date(2026, 11, 25))
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    cast.promise(beto)
    leg = cast.leg()
    midnight = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)  # in Berlin
    clock.to(midnight - timedelta(seconds=1))
    assert (may_act(beto.person, beto.office), may_act(dana.person, beto.office)) == (beto, None)
    clock.to(midnight)
    assert (may_act(beto.person, beto.office), may_act(dana.person, beto.office)) == (None, dana)
    assert statuses(client, "leg_new", "beto@example.org") == [404]
    decline_leg(leg, by=dana, reason="full")


def test_the_worker_hands_over_after_midnight_once_and_catches_up_after_an_outage(
    cast: Cast, clock: Clock
) -> None:
    beto = cast.hold("chapter-berlin", "Beto", until=date(2026, 11, 25))
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    cast.promise(beto)
    cast.leg()
    clock.forward(days=4)
    for _ in range(2):
        work()
        mandate_ran_out(beto)
    assert len(letters("leg_handed", "dana@example.org")) == 1


def test_a_successor_who_began_during_the_outage_is_not_written_to_twice(cast: Cast, clock: Clock) -> None:
    beto = cast.hold("chapter-berlin", "Beto", until=date(2026, 11, 25))
    cast.promise(beto)
    cast.leg()
    clock.forward(days=4)
    cast.hold(beto.office, "Elsa")
    work()
    assert len(letters("leg_handed", "elsa@example.org")) == 1
    assert Leg.objects.filter(closed_at=None, owner=beto.office).count() == 1


def test_a_mandate_without_a_successor_that_ran_out_moves_its_asks(
    cast: Cast, clock: Clock, mesa: Mandate
) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto", until=date(2026, 11, 25)))
    case = cast.case()
    clock.forward(days=3)
    work()
    assert open_leg_of(case).owner == cast.desk


def test_a_new_deputy_or_one_who_leaves_sends_nobody_a_letter(
    cast: Cast, clock: Clock, beto: Mandate
) -> None:
    cast.leg()
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY, until=date(2026, 11, 24))
    elsa = cast.hold(beto.office, "Elsa", role=Role.DEPUTY)
    end_mandate(elsa, by=elsa)
    clock.forward(days=2)
    work()
    assert Mandate.objects.get(pk=dana.pk).wake_at is None
    assert letters("leg_handed") == []


def test_a_holder_takes_over_from_the_acting_deputy_whose_link_dies(
    cast: Cast, client: Client, beto: Mandate, dana: Mandate
) -> None:
    cast.leg()
    end_mandate(beto, by=beto)
    elsa = cast.hold(beto.office, "Elsa")
    assert acting(beto.office) == [elsa]
    assert statuses(client, "leg_handed", "dana@example.org") == [404]
    assert statuses(client, "leg_handed", "elsa@example.org") == [200]


# Mandates and invitations ---------------------------------------------------------


def test_one_holder_at_a_time(cast: Cast, beto: Mandate) -> None:
    with pytest.raises(Refused, match="Somebody holds this office now"):
        cast.hold(beto.office, "Carla")


def test_a_mandate_does_not_end_before_it_begins(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        begin_mandate(cast.desk, cast.person("Ana").pk, Role.HOLDER, until=date(2026, 11, 22))
    assert refused.value.field == "until"


def test_who_may_end_a_mandate(cast: Cast, beto: Mandate, dana: Mandate, mesa: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    for stranger, mandate in ((carla, beto), (dana, beto), (carla, dana)):
        with pytest.raises(Refused):
            end_mandate(mandate, by=stranger)
    end_mandate(dana, by=beto)
    end_mandate(beto, by=mesa)
    end_mandate(carla, by=None)
    assert [is_vacant(each.office) for each in (beto, carla)] == [True, True]


def test_ending_twice_is_once(beto: Mandate, clock: Clock) -> None:
    end_mandate(beto, by=beto)
    ended = Mandate.objects.get(pk=beto.pk).ends_at
    clock.forward(hours=1)
    assert end_mandate(beto, by=beto).ends_at == ended


def test_an_invitation_makes_a_person_a_mandate_and_is_used_once(cast: Cast, mesa: Mandate) -> None:
    invitation = invite(
        cast.office("institute"), " Carla@Example.org ", role=Role.HOLDER, language="en", by=mesa
    )
    letter = letters("invitation")[0]
    assert (letter.address, letter.language) == ("carla@example.org", "en")
    assert path_in(letter).startswith(f"/en/invitation/{invitation.pk}/")
    given: dict[str, Any] = {"name": "Carla", "language": "en", "zone": "America/Mexico_City", "until": None}
    mandate = accept_invitation(invitation, **given)
    assert (mandate.person.account.email, mandate.role, mandate.ends_at) == (
        "carla@example.org",
        "holder",
        None,
    )
    assert offices_of(mandate.person) == [cast.office("institute")]
    with pytest.raises(Refused, match="This invitation has been used"):
        accept_invitation(invitation, **given)


def test_an_invitation_ends_by_time_by_withdrawal_and_by_the_next_one(
    cast: Cast, clock: Clock, mesa: Mandate
) -> None:
    office = cast.office("institute")
    first, second = [
        invite(office, "carla@example.org", role="holder", language="es", by=mesa) for _ in range(2)
    ]
    withdraw_invitation(second, by=mesa)
    third = invite(office, "carla@example.org", role="holder", language="es", by=mesa)
    clock.forward(days=14)
    for invitation in (first, second, third):
        with pytest.raises(Refused, match="no longer valid"):
            accept_invitation(invitation, name="Carla", language="es", zone="UTC", until=None)


def test_who_may_invite_to_an_office(cast: Cast, beto: Mandate, dana: Mandate, mesa: Mandate) -> None:
    def try_to(by: Mandate, role: str = Role.DEPUTY) -> bool:
        try:
            invite(beto.office, "elsa@example.org", role=role, language="es", by=by)
        except Refused:
            return False
        return True

    carla = cast.hold("chapter-madrid", "Carla")
    assert [try_to(by) for by in (beto, mesa, dana, carla)] == [True, True, False, False]
    assert try_to(mesa, Role.HOLDER) is False
    end_mandate(beto, by=beto)
    assert [try_to(by, Role.HOLDER) for by in (dana, mesa)] == [True, True]
    assert Invitation.objects.filter(withdrawn_at=None, role=Role.HOLDER).count() == 1


def test_only_the_office_or_coordination_withdraws_an_invitation(cast: Cast, beto: Mandate) -> None:
    invitation = invite(beto.office, "elsa@example.org", role=Role.DEPUTY, language="es", by=beto)
    with pytest.raises(Refused):
        withdraw_invitation(invitation, by=cast.hold("chapter-madrid", "Carla"))
    withdraw_invitation(invitation, by=beto)
    assert Invitation.objects.get().withdrawn_at is not None


def test_somebody_known_keeps_their_name_when_they_take_another_office(cast: Cast, mesa: Mandate) -> None:
    ana = cast.person("Ana")
    invitation = invite(cast.office("institute"), "ana@example.org", role=Role.HOLDER, language="es", by=mesa)
    mandate = accept_invitation(invitation, name="Otra", language="en", zone="UTC", until=None)
    assert (mandate.person, mandate.person.name) == (ana, "Ana")


def test_the_operator_appoints_the_first_coordinator(cast: Cast) -> None:
    mandate = appoint_coordinator("mx", "Nora@Example.org", name="Nora", language="es", zone=None)
    assert (mandate.office, mandate.person.name, mandate.person.zone) == (
        cast.desk,
        "Nora",
        "America/Mexico_City",
    )
    with pytest.raises(Refused, match="No country pack"):
        appoint_coordinator("zz", "nora@example.org", name="Nora", language="es", zone=None)
    with pytest.raises(Refused, match="Somebody holds this office now"):
        appoint_coordinator("MX", "otra@example.org", name="Otra", language="es", zone=None)
