"""An office signs, renews and withdraws; an invited bearer takes an office and signs in one act."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tequio.circuit.actions.promises import Terms, entry_point_of, sign_promise, take_office, withdraw_promise
from tequio.circuit.models import EntryPoint, Promise
from tequio.circuit.queries.routing import best_promise
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate, invite
from tequio.network.models import Mandate, Role
from tequio.reference.models import Region
from tests.cast import Cast, open_leg_of
from tests.conftest import Clock


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    return cast.hold("chapter-berlin", "Beto")


@pytest.fixture
def terms(cast: Cast) -> Terms:
    return Terms(cast.kinds["school-talk"], 7, date(2027, 3, 31), regions=[Region.objects.get(pk="MX-OAX")])


def test_signing_makes_the_office_live_for_its_kind_and_place(
    cast: Cast, beto: Mandate, terms: Terms
) -> None:
    promise = sign_promise(beto.office, terms, by=beto)
    assert (promise.days, promise.signed_by, promise.entry_point.slug) == (7, beto, "chapter-berlin")
    assert promise.valid_until.isoformat() == "2027-03-31T22:00:00+00:00"
    assert promise.last_day == date(2027, 3, 31)
    assert [each.pk for each in promise.regions.all()] == ["MX-OAX"]
    assert list(promise.entry_point.kinds.all()) == [terms.kind]
    entry = Entry.objects.order_by("-sequence")[0]
    assert (entry.kind, entry.office) == ("promise.signed", beto.office.code)
    target = best_promise(cast.ask())
    assert target is not None and target.promise == promise


def test_renewing_ends_the_earlier_promise_and_keeps_one(beto: Mandate, terms: Terms, clock: Clock) -> None:
    first = sign_promise(beto.office, terms, by=beto)
    clock.forward(days=30)
    second = sign_promise(beto.office, replace(terms, days=15), by=beto)
    assert list(Promise.objects.live()) == [second]
    assert Promise.objects.get(pk=first.pk).withdrawn_at == clock.instant


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"valid_until": date(2026, 11, 22)}, "valid_until"),
        ({"valid_until": date(2027, 11, 25)}, "valid_until"),
    ],
)
def test_what_cannot_be_promised_is_refused_beside_its_field(
    beto: Mandate, terms: Terms, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        sign_promise(beto.office, replace(terms, **change), by=beto)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert (Promise.objects.count(), EntryPoint.objects.count()) == (0, 0)


def test_a_kind_goes_only_to_the_organisations_that_its_pack_names(
    cast: Cast, beto: Mandate, terms: Terms
) -> None:
    with pytest.raises(Refused) as refused:
        sign_promise(beto.office, replace(terms, kind=cast.kinds["consular-support"]), by=beto)
    assert refused.value.field == "kind"


def test_only_who_acts_signs_and_withdraws(cast: Cast, beto: Mandate, terms: Terms) -> None:
    promise = sign_promise(beto.office, terms, by=beto)
    for stranger in (cast.hold(beto.office, "Dana", role=Role.DEPUTY), cast.hold("chapter-madrid", "Carla")):
        with pytest.raises(Refused):
            sign_promise(beto.office, terms, by=stranger)
        with pytest.raises(Refused):
            withdraw_promise(promise, by=stranger)
    assert list(Promise.objects.live()) == [promise]


def test_after_it_is_withdrawn_no_ask_comes_and_those_before_keep_their_date(
    cast: Cast, beto: Mandate, terms: Terms
) -> None:
    promise = sign_promise(beto.office, terms, by=beto)
    before = cast.leg()
    for _ in range(2):
        withdraw_promise(promise, by=beto)
    assert open_leg_of(before.case).due_on == before.due_on
    assert cast.leg().owner == cast.desk
    assert Entry.objects.filter(kind="promise.withdrawn").count() == 1


def test_a_lapsed_promise_brings_no_ask(cast: Cast, beto: Mandate, terms: Terms, clock: Clock) -> None:
    promise = sign_promise(beto.office, terms, by=beto)
    clock.to(promise.valid_until - timedelta(seconds=1))
    assert cast.leg().owner == beto.office
    clock.to(promise.valid_until)
    assert cast.leg().owner == cast.desk


def test_a_vacant_office_s_promise_brings_no_ask(cast: Cast, beto: Mandate, terms: Terms) -> None:
    sign_promise(beto.office, terms, by=beto)
    end_mandate(beto, by=beto)
    assert cast.leg().owner == cast.desk


def test_each_office_has_an_entry_point_of_its_own(cast: Cast) -> None:
    head, liaison = cast.office("chapter-berlin"), cast.second_office("chapter-berlin")
    slugs = [entry_point_of(office).slug for office in (head, liaison, head)]
    assert slugs == ["chapter-berlin", f"chapter-berlin-{liaison.pk}", "chapter-berlin"]


def test_an_invited_bearer_takes_the_office_and_signs_in_one_act(cast: Cast, terms: Terms) -> None:
    invitation = invite(
        cast.office("chapter-berlin"),
        "beto@example.org",
        role=Role.HOLDER,
        language="es",
        by=cast.hold("mesa", "Mesa"),
    )
    mandate = take_office(
        invitation,
        [terms],
        name="Beto",
        language="en",
        zone="Europe/Berlin",
        until=date(2027, 6, 30),
        show_name=True,
    )
    assert (mandate.person.name, mandate.person.language, mandate.show_name) == ("Beto", "en", True)
    assert mandate.last_day == date(2027, 6, 30)
    assert Promise.objects.live().get().signed_by == mandate


def test_when_the_promise_is_refused_nobody_holds_the_office(cast: Cast, terms: Terms) -> None:
    invitation = invite(
        cast.office("chapter-berlin"),
        "beto@example.org",
        role=Role.HOLDER,
        language="es",
        by=cast.hold("mesa", "Mesa"),
    )
    with pytest.raises(Refused):
        take_office(
            invitation,
            [replace(terms, days=200)],
            name="Beto",
            language="es",
            zone="Europe/Berlin",
            until=None,
        )
    assert cast.office("chapter-berlin").mandates.count() == 0
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_signing_lists_an_entry_point_again_that_a_pack_had_dropped(cast: Cast) -> None:
    by = cast.hold("chapter-berlin", "Beto")
    point = cast.entry_point("chapter-berlin")
    EntryPoint.objects.filter(pk=point.pk).update(withdrawn_on=date(2026, 11, 1))
    cast.promise(by)
    point.refresh_from_db()
    assert point.withdrawn_on is None
