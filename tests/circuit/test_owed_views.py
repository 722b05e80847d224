"""What an office owes and is owed at its desk, what a person does, what the public reads of it."""

import csv
import re
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.agreements import Owing, propose_agreement, sign_agreement
from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.actions.commitments import amend_commitment
from tequio.circuit.actions.keeping import say_done
from tequio.circuit.models import AskKind, Commitment
from tequio.circuit.views.commitments import COLUMNS
from tequio.network.models import Administration, Mandate
from tests.cast import Cast, open_leg_of
from tests.circuit.agreed import TALKS, both, in_force, room, talks, terms
from tests.circuit.desks import accept as accept_form
from tests.circuit.desks import signed, url
from tests.circuit.follows import page as follow
from tests.circuit.reading import errors
from tests.conftest import Clock
from tests.pages import all_of, items, links, main_of, queries, text_of, words

DAY = date(2026, 12, 10)


@pytest.fixture
def sides(cast: Cast) -> tuple[Mandate, Mandate]:
    cast.hold("mesa", "Carla")
    ana, uma = both(cast)
    cast.promise(ana)
    in_force(ana, uma)
    return ana, uma


@pytest.fixture
def ana(sides: tuple[Mandate, Mandate]) -> Mandate:
    return sides[0]


@pytest.fixture
def uma(sides: tuple[Mandate, Mandate]) -> Mandate:
    return sides[1]


@pytest.fixture
def owed(cast: Cast, ana: Mandate) -> Commitment:
    """What Ana's chapter has accepted for Marta."""
    accept_leg(cast.leg(on_behalf_of="Preparatoria 5"), by=ana, what="A talk on vaccines.", due_on=DAY)
    return Commitment.objects.latest("pk")


def again(commitment: Commitment) -> Commitment:
    return Commitment.objects.get(pk=commitment.pk)


def said(response: Any) -> str:
    return words(response.content.decode())


# The desk ------------------------------------------------------------------------------------


def test_a_desk_sees_what_it_owes_what_is_owed_to_it_and_what_has_ended(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment, clock: Clock
) -> None:
    page = url("owed", ana.office_id)
    signed(client, cast, "Ana")
    assert items(client.get(page)) == [
        "A talk on vaccines. To Preparatoria 5 · by Dec. 10, 2026 · " + f"{owed.case} Open",
        "Four talks by video. To Universidad de Oaxaca (en) · by March 1, 2027 Open",
    ]
    assert items(client.get(page + "?show=to-us")) == [
        "A room for each talk. From Head office, Universidad de Oaxaca (en) · by Jan. 15, 2027 "
        "Open · in kind: A room"
    ]
    assert "Nothing has ended yet" in text_of(client.get(page + "?show=settled"))
    amend_commitment(owed, ana, owed.what, DAY + timedelta(days=1), "Illness.")
    clock.to(again(owed).due_at)
    assert "1 promise is past its date." in text_of(client.get(page))
    assert items(client.get(page))[0].endswith("Past its date · amended once")
    assert owed.case is not None
    report_outcome(owed.case, happened=True)
    assert items(client.get(page + "?show=settled"))[0].endswith("Kept, says the asker · amended once")


def test_the_list_has_a_heading_between_that_of_the_page_and_those_of_its_lines(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment
) -> None:
    signed(client, cast, "Ana")
    page = client.get(url("owed", ana.office_id)).content.decode()
    assert re.findall(r"<h([1-6])", page) == ["1", "2", "3", "3"]


def test_a_foreign_desk_is_not_there(client: Client, cast: Cast, ana: Mandate, owed: Commitment) -> None:
    pages = [url("owed", ana.office_id), url("owed_one", ana.office_id, owed.pk)]
    assert [client.get(page).status_code for page in pages] == [302, 302]
    madrid = cast.hold("chapter-madrid", "Eva")
    signed(client, cast, "Eva")
    foreign = [*pages, url("owed_one", madrid.office_id, owed.pk), url("owed_one", madrid.office_id, 999)]
    for page in foreign:
        assert client.get(page).status_code == 404
        assert client.post(page, {"act": "drop", "drop-reason": "No"}).status_code in (404, 405)
    assert not again(owed).settled


def test_a_deputy_sees_but_does_not_act_while_the_holder_does(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment
) -> None:
    cast.hold(ana.office, "Dora", role="deputy")
    signed(client, cast, "Dora")
    page = url("owed_one", ana.office_id, owed.pk)
    assert "You see it as deputy" in text_of(client.get(page))
    assert "Drop it" not in text_of(client.get(page))
    assert client.post(page, {"act": "drop", "drop-reason": "No"}).status_code == 403


def test_a_desk_changes_the_day_with_a_reason(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment
) -> None:
    page = url("owed_one", ana.office_id, owed.pk)
    signed(client, cast, "Ana")
    sent = {"act": "amend", "due_on": "2026-12-20", "what": "A talk.", "reason": ""}
    assert errors(client.post(page, sent)) == ["Why: This field is required."]
    assert errors(client.post(page, {**sent, "reason": "Ill.", "due_on": "2026-01-01"})) == [
        "By when: Give a day between today and a year from now."
    ]
    response = client.post(page, {**sent, "reason": "Ill."}, follow=True)
    assert "It is recorded, and whoever is owed this is told." in text_of(response)
    assert "Amended: Dec. 10, 2026 became Dec. 20, 2026" in text_of(response)
    assert (again(owed).what, again(owed).due_on) == ("A talk.", date(2026, 12, 20))
    assert "Up to 2 times" in text_of(response)


def test_after_three_amendments_the_form_is_gone(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment
) -> None:
    for number in range(3):
        amend_commitment(owed, ana, owed.what, DAY + timedelta(days=number + 1), "Ill.")
    text = text_of(signed(client, cast, "Ana").get(url("owed_one", ana.office_id, owed.pk)))
    assert "It was amended three times." in text
    assert "Change the day" not in text


def test_a_desk_drops_it_with_a_reason(client: Client, cast: Cast, ana: Mandate, owed: Commitment) -> None:
    page = url("owed_one", ana.office_id, owed.pk)
    signed(client, cast, "Ana")
    assert errors(client.post(page, {"act": "drop", "drop-reason": ""})) == ["Why: This field is required."]
    text = text_of(client.post(page, {"act": "drop", "drop-reason": "Nobody can."}, follow=True))
    assert "Dropped, with a reason" in text
    assert "Nobody can." in text
    assert "Drop the promise" not in text


def test_the_two_sides_of_an_agreement_say_done_and_kept(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    ours, theirs = url("owed_one", uma.office_id, room().pk), url("owed_one", ana.office_id, room().pk)
    signed(client, cast, "Uma")
    assert "Was it kept?" not in text_of(client.get(ours))
    assert "Only who acts for the office to which it is owed" in said(
        client.post(ours, {"act": "kept"}, follow=True)
    )
    assert not room().settled
    text = text_of(client.post(ours, {"act": "done"}, follow=True))
    assert "Done, says the office" in text
    assert "If Capítulo Berlín (en) says nothing until the end of" in text
    signed(client, cast, "Ana")
    assert "It was not kept" in text_of(client.get(theirs))
    assert "Kept, says the other party" in text_of(client.post(theirs, {"act": "kept"}, follow=True))
    assert room().confirmed_by == "beneficiary"


def test_before_the_day_the_other_side_can_only_say_kept(client: Client, cast: Cast, ana: Mandate) -> None:
    page = url("owed_one", ana.office_id, room().pk)
    text = text_of(signed(client, cast, "Ana").get(page))
    assert "you can only say that it was kept" in text
    assert "It was not kept" not in text
    assert "Its day is not over" in said(client.post(page, {"act": "broken"}, follow=True))
    assert client.post(page, {"act": "nonsense"}).status_code == 404


def test_the_leg_s_page_leads_to_the_promise(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment
) -> None:
    assert owed.case is not None
    page = signed(client, cast, "Ana").get(url("leg", ana.office_id, owed.case.ref, 1))
    assert url("owed_one", ana.office_id, owed.pk) in links(main_of(page))


def test_a_kind_of_support_is_chosen_when_a_letter_or_a_room_is_accepted(
    client: Client, cast: Cast, ana: Mandate
) -> None:
    leg = cast.leg()
    page = url("leg", ana.office_id, leg.case.ref, 1)
    signed(client, cast, "Ana")
    assert "What kind of support it is" not in text_of(client.get(page))
    AskKind.objects.filter(slug="school-talk").update(in_kind=True)
    assert errors(client.post(page, accept_form())) == ["What kind of support it is: This field is required."]
    assert client.post(page, accept_form(in_kind="letter")).status_code == 302
    assert Commitment.objects.latest("pk").in_kind == "letter"


# The asker, and a person ---------------------------------------------------------------------


def test_the_asker_reads_what_was_changed_and_why(client: Client, ana: Mandate, owed: Commitment) -> None:
    assert owed.case is not None
    amend_commitment(owed, ana, owed.what, date(2026, 12, 20), "The speaker is ill.")
    text = text_of(client.get(follow(owed.case)))
    assert (
        "Promised by Dec. 20, 2026 A talk on vaccines. Changed on Nov. 23, 2026: the day was Dec. 10" in text
    )
    assert "The reason: The speaker is ill." in text


def test_a_person_sees_what_they_owe_and_what_they_are_owed(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment
) -> None:
    mine = cast.leg(address="Uma@example.org")
    accept_leg(mine, by=ana, what="A talk for Uma.", due_on=DAY)
    text = text_of(signed(client, cast, "Uma").get("/en/me/owed/"))
    assert "Owed to you A talk for Uma. From Head office, Capítulo Berlín (en)" in text
    assert "Owed to your offices Four talks by video." in text
    assert "What your offices owe A room for each talk. To Capítulo Berlín (en)" in text
    assert "vaccines" not in text
    text = text_of(signed(client, cast, "Ana").get("/en/me/owed/"))
    assert "A talk for Uma." in text
    assert "Owed to you" not in text.replace("Owed to your", "")


def test_a_person_without_offices_or_asks_is_told_what_will_be_here(
    client: Client, cast: Cast, ana: Mandate
) -> None:
    assert client.get("/en/me/owed/").status_code == 302
    cast.hold(ana.office, "Dora", role="deputy")
    assert "Nothing is open" in text_of(signed(client, cast, "Dora").get("/en/me/owed/"))
    cast.person("Zoe")
    assert "Nothing is open" in text_of(signed(client, cast, "Zoe").get("/en/me/owed/"))


# In public --------------------------------------------------------------------------------------


def table(client: Client) -> dict[str, list[str]]:
    html = main_of(client.get("/en/commitments/"))
    cells = [all_of(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in html.split("<tr>")[2:]]
    return {row[0]: row[1:] for row in cells}


def test_everybody_reads_by_office_and_government_how_much_was_kept(
    client: Client, cast: Cast, ana: Mandate, owed: Commitment, clock: Clock
) -> None:
    names = {"es": "Gobierno", "en": "Government"}
    Administration.objects.create(home_id="MX", slug="a", names=names, starts_on=date(2024, 10, 1))
    ema = cast.hold("embassy-de", "Ema")
    cast.promise(ema, "consular-support")
    accept_leg(cast.leg("consular-support"), by=ema, what="A room", due_on=DAY)
    assert owed.case is not None
    report_outcome(owed.case, happened=True)
    rows = table(client)
    assert rows["Capítulo Berlín (en)"] == ["2 · 0", "1 of 1", "0 · 0", "0", "1 · 0", "0 · 0"]
    assert rows["Embajada en Alemania (en) Government"][0] == "1 · 0"
    assert rows["All of these"] == ["4 · 0", "1 of 1", "0 · 0", "0", "3 · 0", "0 · 0"]
    text = text_of(client.get("/en/commitments/"))
    assert "1 of 1 promises that were judged were kept. Open now: 3; past their date: 0." in text
    assert "%" not in text
    found = list(csv.DictReader(StringIO(client.get("/en/commitments.csv").content.decode())))
    assert [line["administration"] for line in found] == ["", "Government", ""]
    assert (found[0]["made"], found[0]["kept"], found[0]["by_asker"], found[0]["open"]) == (
        "2",
        "1",
        "1",
        "1",
    )


def test_no_word_and_no_name_of_an_ask_is_public(client: Client, owed: Commitment) -> None:
    pages = (
        "/commitments/",
        "/commitments.csv",
        "/entry-points/chapter-berlin/",
        "/organisations/chapter-berlin/",
    )
    for page in pages:
        body = client.get(f"/en{page}").content.decode()
        for word in ("vaccines", "Marta", "Preparatoria 5", "Ana", str(owed.case)):
            assert word not in body, (page, word)


def test_an_empty_table_says_what_will_be_here(client: Client, cast: Cast) -> None:
    assert "Nothing has been promised yet" in text_of(client.get("/en/commitments/"))
    assert client.get("/en/commitments.csv").content.decode() == ",".join(COLUMNS) + "\r\n"


def test_an_office_s_public_pages_show_what_it_promised(client: Client, owed: Commitment) -> None:
    for page in ("/en/entry-points/chapter-berlin/", "/en/organisations/chapter-berlin/"):
        text = text_of(client.get(page))
        assert (
            "What it promised, and what became of it 0 of 0 kept, of those that were judged 2 open now"
            in text
        )


# How many questions the pages ask ------------------------------------------------------------


def many(cast: Cast, ana: Mandate, uma: Mandate, count: int) -> None:
    for number in range(count):
        leg = open_leg_of(cast.case(address=f"a{number}@example.net"))
        accept_leg(leg, by=ana, what=f"A talk {number}", due_on=DAY)
        owing = [Owing(uma.office, f"A room {number}", TALKS)]
        sign_agreement(propose_agreement(terms(title=f"Pact {number}"), owing, to=uma.office, by=ana), by=uma)


@pytest.mark.parametrize(
    ("name", "most", "path"),
    [
        ("", 6, "/en/commitments/"),
        ("", 6, "/en/agreements/"),
        ("Ana", 12, "owed"),
        ("Ana", 12, "owed?show=to-us"),
        ("Ana", 12, "owed?show=settled"),
        ("Ana", 12, "agreements_at"),
        ("Ana", 12, "/en/me/owed/"),
    ],
)
def test_a_list_takes_as_many_queries_with_one_row_as_with_many(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate, name: str, most: int, path: str
) -> None:
    if name:
        signed(client, cast, name)
    view, _sep, query = path.partition("?")
    page = path if path.startswith("/") else f"{url(view, ana.office_id)}?{query}"
    many(cast, ana, uma, 1)
    few = queries(client, page)
    many(cast, ana, uma, 12)
    assert len(queries(client, page)) == len(few) <= most, few


def test_one_commitment_and_one_agreement_take_few_queries(
    client: Client, cast: Cast, ana: Mandate, uma: Mandate
) -> None:
    agreement = talks().agreement
    assert agreement is not None
    slug = agreement.slug
    few = queries(client, f"/en/agreements/{slug}/")
    assert len(few) <= 6
    say_done(room(), by=uma)
    assert len(queries(client, f"/en/agreements/{slug}/")) == len(few)
    signed(client, cast, "Ana")
    assert len(queries(client, url("owed_one", ana.office_id, room().pk))) <= 12
    assert len(queries(client, url("agreement_at", ana.office_id, slug))) <= 12
