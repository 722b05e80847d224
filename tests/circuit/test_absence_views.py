"""Days away: on the page of an office's people, and what the public reads of them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.queries.inbox import seats_of
from tequio.network.absences import declare_absence
from tequio.network.actions import end_mandate
from tequio.network.models import Absence, Mandate, Role
from tequio.network.queries import acting, actors
from tests.cast import Cast, letters, path_in
from tests.circuit.desks import named_errors, signed, url
from tests.circuit.reading import words
from tests.conftest import Clock
from tests.pages import queries

DAYS = {"first_day": "2026-11-25", "last_day": "2026-11-27"}
FIRST, LAST = date(2026, 11, 25), date(2026, 11, 27)


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def dana(cast: Cast, beto: Mandate) -> Mandate:
    return cast.hold(beto.office, "Dana", role=Role.DEPUTY)


@pytest.fixture
def desk(client: Client, cast: Cast, beto: Mandate) -> Client:
    return signed(client, cast, "Beto")


def test_the_page_says_that_nobody_is_away_and_how_to_say_it(desk: Client, beto: Mandate) -> None:
    page = desk.get(url("mandates", beto.office_id))
    assert "Days away Nobody is away. Say beforehand when you are" in words(page)
    assert url("absences", beto.office_id) in page.content.decode()


def test_the_holder_names_days_and_a_stand_in(desk: Client, beto: Mandate, dana: Mandate) -> None:
    sent = desk.post(
        url("absences", beto.office_id),
        {**DAYS, "whom": beto.pk, "stand_in": dana.pk},
        follow=True,
    )
    absence = Absence.objects.get()
    assert sent.redirect_chain == [(url("mandates", beto.office_id), 302)]
    assert (absence.mandate, absence.stand_in, absence.first_day, absence.last_day) == (
        beto,
        dana,
        FIRST,
        LAST,
    )
    shown = words(sent)
    assert "Done. Noted. On those days the links go to who stands in." in shown
    assert "Holder: Beto From Nov. 25, 2026 to Nov. 27, 2026 Dana stands in." in shown


def test_alone_the_form_says_how_to_invite_somebody(desk: Client, beto: Mandate) -> None:
    page = desk.get(url("absences", beto.office_id))
    assert "Nobody else is in this office, so nobody can stand in" in words(page)
    assert f"{url('mandates', beto.office_id)}#invite" in page.content.decode()
    assert list(page.context["form"].fields) == ["first_day", "last_day"]
    assert desk.post(url("absences", beto.office_id), DAYS).status_code == 302


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, ["first_day", "last_day"]),
        ({"first_day": "2026-11-20", "last_day": "2026-11-27"}, ["first_day"]),
        ({"first_day": "2026-11-25", "last_day": "2026-11-24"}, ["last_day"]),
        ({"first_day": "tomorrow", "last_day": "2027-02-30"}, ["first_day", "last_day"]),
        ({**DAYS, "stand_in": "99999"}, ["stand_in"]),
        ({**DAYS, "whom": "99999"}, ["whom"]),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    desk: Client, beto: Mandate, dana: Mandate, given: dict[str, Any], errors: list[str]
) -> None:
    answer = desk.post(url("absences", beto.office_id), {"whom": beto.pk, **given})
    assert (answer.status_code, named_errors(answer)) == (200, errors)
    assert Absence.objects.count() == 0


def test_a_deputy_says_it_only_of_themselves(
    client: Client, cast: Cast, beto: Mandate, dana: Mandate
) -> None:
    desk = signed(client, cast, "Dana")
    assert "whom" not in desk.get(url("absences", beto.office_id)).context["form"].fields
    desk.post(url("absences", beto.office_id), DAYS)
    mine = Absence.objects.get()
    theirs = declare_absence(beto, by=beto, first_day=FIRST, last_day=LAST)
    assert mine.mandate == dana
    page = desk.get(url("mandates", beto.office_id)).content.decode()
    shown = [url("absence", beto.office_id, each.pk) in page for each in (mine, theirs)]
    assert shown == [True, False]
    assert desk.get(url("absence", beto.office_id, theirs.pk)).status_code == 403
    assert desk.post(url("absence", beto.office_id, theirs.pk), {"cancel": "1"}).status_code == 403
    assert Absence.objects.get(pk=theirs.pk).cancelled_at is None


def test_the_coordinating_office_says_it_for_anybody_and_sees_no_name(
    client: Client, cast: Cast, beto: Mandate, dana: Mandate
) -> None:
    cast.hold("mesa", "Mesa")
    desk = signed(client, cast, "Mesa")
    given = {**DAYS, "whom": beto.pk, "stand_in": dana.pk}
    shown = words(desk.post(url("absences", beto.office_id), given, follow=True))
    assert "Holder From Nov. 25, 2026 to Nov. 27, 2026 A stand-in is named." in shown


def test_the_coordinating_office_chooses_among_roles_not_names(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    cast.hold("chapter-berlin", "Dana", role=Role.DEPUTY)
    cast.hold("mesa", "Mesa")
    page = signed(client, cast, "Mesa").get(url("absences", beto.office_id))
    choices = [str(label) for _value, label in page.context["form"].fields["whom"].choices]
    assert choices == ["Holder since Nov. 23, 2026", "Deputy since Nov. 23, 2026"]
    assert ["Dana" in page.content.decode(), "Beto" in page.content.decode()] == [False, False]


def test_where_nobody_is_left_to_be_away_no_button_leads_there(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    cast.hold("mesa", "Mesa")
    end_mandate(beto, by=beto)
    desk = signed(client, cast, "Mesa")
    page = desk.get(url("mandates", beto.office_id))
    assert url("absences", beto.office_id) not in page.content.decode()
    assert desk.get(url("absences", beto.office_id)).status_code == 403


def test_strangers_find_nothing(client: Client, cast: Cast, beto: Mandate) -> None:
    absence = declare_absence(beto, by=beto, first_day=FIRST, last_day=LAST)
    carla = cast.hold("chapter-madrid", "Carla")
    desk = signed(client, cast, "Carla")
    own, theirs = carla.office_id, beto.office_id
    pages = [
        url("absences", theirs),
        url("absence", theirs, absence.pk),
        url("absence", own, absence.pk),
        url("absence", own, 99999),
    ]
    assert [desk.get(page).status_code for page in pages] == [404] * 4


def test_a_change_begins_with_what_was_said(desk: Client, beto: Mandate, dana: Mandate, clock: Clock) -> None:
    absence = declare_absence(beto, by=beto, first_day=FIRST, last_day=LAST, stand_in=dana)
    page = url("absence", beto.office_id, absence.pk)
    form = desk.get(page).context["form"]
    assert [form[name].value() for name in form.fields] == [FIRST, LAST, dana.pk]
    assert desk.post(page, {"first_day": "2026-11-26", "last_day": "2026-11-26"}).status_code == 302
    absence.refresh_from_db()
    assert (absence.first_day, absence.last_day, absence.stand_in) == (
        date(2026, 11, 26),
        date(2026, 11, 26),
        None,
    )
    answer = desk.post(page, {"first_day": "2026-11-26", "last_day": "2026-11-25"})
    assert named_errors(answer) == ["last_day"]
    clock.forward(days=3)
    form = desk.get(page).context["form"]
    assert list(form.fields) == ["last_day", "stand_in"]


def test_taken_back_it_is_gone(desk: Client, beto: Mandate, dana: Mandate) -> None:
    absence = declare_absence(beto, by=beto, first_day=date(2026, 11, 23), last_day=LAST, stand_in=dana)
    assert acting(beto.office) == [dana]
    page = desk.get(url("mandates", beto.office_id))
    assert "away now" in words(page)
    sent = desk.post(url("absence", beto.office_id, absence.pk), {"cancel": "1"}, follow=True)
    assert "Done. The absence is taken back." in words(sent)
    assert acting(beto.office) == [beto]
    assert desk.get(url("absence", beto.office_id, absence.pk)).status_code == 404


def test_while_away_the_holder_reads_the_desk_but_does_not_act(
    desk: Client, cast: Cast, beto: Mandate, dana: Mandate
) -> None:
    leg = cast.leg()
    declare_absence(beto, by=beto, first_day=date(2026, 11, 23), last_day=LAST, stand_in=dana)
    assert desk.get(url("desk_office", beto.office_id)).status_code == 200
    assert desk.post(url("leg", beto.office_id, leg.case.ref, 1), {"act": "undo"}).status_code == 403


@pytest.mark.parametrize("shown_name", [False, True])
def test_the_public_reads_a_role_and_no_name(
    client: Client, cast: Cast, beto: Mandate, dana: Mandate, shown_name: bool
) -> None:
    Mandate.objects.update(show_name=shown_name)
    case = cast.case()
    receipt = path_in(letters("asker_receipt")[0])
    declare_absence(beto, by=beto, first_day=date(2026, 11, 23), last_day=LAST, stand_in=dana)
    said = "· Holder · away until Nov. 27, 2026, a stand-in answers"
    for page in (
        url("organisation", "chapter-berlin"),
        url("entry_point", cast.entry_point("chapter-berlin").slug),
    ):
        answer = client.get(page)
        assert said in words(answer)
        assert [name in answer.content.decode() for name in ("Beto", "Dana")] == [False, False]
    followed = client.get(receipt)
    assert case.ref.upper() in words(followed)
    assert [name in followed.content.decode() for name in ("Beto", "Dana")] == [False, False]


def test_alone_the_public_reads_only_until_when(client: Client, cast: Cast, beto: Mandate) -> None:
    declare_absence(beto, by=beto, first_day=date(2026, 11, 23), last_day=LAST)
    shown = words(client.get(url("organisation", "chapter-berlin")))
    assert ("away until Nov. 27, 2026" in shown, "stand-in" in shown) == (True, False)


def test_the_page_asks_as_little_for_one_absence_as_for_many(desk: Client, cast: Cast, beto: Mandate) -> None:
    seen = []
    for number in range(8):
        deputy = cast.hold(beto.office, f"Deputy{number}", role=Role.DEPUTY)
        declare_absence(beto if number == 0 else deputy, by=beto, first_day=FIRST, last_day=LAST)
        seen.append(len(queries(desk, url("mandates", beto.office_id))))
    assert seen[1] == seen[-1] <= 18


def test_the_desk_says_to_each_whether_they_act(cast: Cast, beto: Mandate, dana: Mandate) -> None:
    def acts() -> list[bool]:
        return [seat.acts for person in (beto.person, dana.person) for seat in seats_of(person)]

    assert acts() == [True, False]
    declare_absence(beto, by=beto, first_day=date(2026, 11, 23), last_day=LAST, stand_in=dana)
    assert acts() == [False, True]


def test_who_acts_is_not_told_from_mandates_read_without_their_absences(beto: Mandate, dana: Mandate) -> None:
    with pytest.raises(AssertionError, match="with_absence"):
        actors(list(beto.office.mandates.current()))
