"""An ask on its way to a case: limits, the address mended, confirming, the links sent again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.asker import withdraw_case
from tequio.circuit.links import case_key, confirm_link, sent_key
from tequio.circuit.models import Ask, Case
from tests.cast import Cast, letters, work
from tests.circuit.asks import TALK, link_to, sent, talk
from tests.circuit.reading import errors, heading, link_in, value_of, words
from tests.conftest import Clock

# Sending twice, limits


def test_the_same_form_sent_twice_is_one_ask_and_one_letter(client: Client, cast: Cast) -> None:
    form = talk()
    places = [client.post(TALK, form)["Location"] for _ in range(3)]
    assert len(set(places)) == 1
    assert (Ask.objects.count(), len(letters("ask_confirm"))) == (1, 1)


def test_going_back_and_changing_the_words_makes_another_ask(client: Client, cast: Cast) -> None:
    form = talk()
    first = client.post(TALK, form)["Location"]
    second = [client.post(TALK, {**form, "text": "A talk on rockets."})["Location"] for _ in range(2)]
    assert first not in second
    assert [ask.text for ask in Ask.objects.order_by("pk")] == ["A talk on vaccines.", "A talk on rockets."]


def test_a_form_without_a_key_is_taken_all_the_same(client: Client, cast: Cast) -> None:
    assert len(sent(client, key="").key) == 24


def test_too_many_asks_from_one_address_are_refused_with_what_was_typed(
    client: Client, cast: Cast, clock: Clock, settings: Any
) -> None:
    settings.ASKS_PER_ADDRESS_AND_HOUR = 2
    for number in range(2):
        sent(client, text=f"Talk {number}", address="Marta@Example.net")
    response = client.post(TALK, talk(text="Talk 3"))
    assert errors(response) == [
        "Your mail address: Several asks came for this address within the hour. Try again in an hour."
    ]
    assert "Talk 3</textarea>" in response.content.decode()
    clock.forward(minutes=61)
    assert sent(client, text="Talk 3").text == "Talk 3"


def test_too_many_asks_from_one_network_are_refused(client: Client, cast: Cast, settings: Any) -> None:
    settings.ASKS_PER_NETWORK_AND_HOUR = 1
    sent(client)
    response = client.post(TALK, talk(address="other@example.net"))
    assert errors(response) == [
        "Many asks have come from your network within the hour. Try again in an hour."
    ]
    elsewhere = client.post(TALK, talk(address="other@example.net"), REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302


def test_too_many_asks_in_an_hour_are_refused(client: Client, cast: Cast, settings: Any) -> None:
    settings.ASKS_PER_HOUR = 0
    assert errors(client.post(TALK, talk())) == [
        "The hub takes no more asks this hour. Try again in an hour; nothing was sent."
    ]


# The page that says where the letter went


def test_the_address_can_be_mended_and_the_earlier_link_stops(
    client: Client, cast: Cast, mailoutbox: list[Any]
) -> None:
    page = client.post(TALK, talk(address="marta@exmaple.net"), follow=True)
    where = page.redirect_chain[0][0]
    earlier = link_to("marta@exmaple.net", mailoutbox)
    assert value_of(page, "address") == "marta@exmaple.net"
    response = client.post(where, {"address": "Marta@example.net"}, follow=True)
    assert "The letter is on its way to marta@example.net." in words(response)
    assert client.get(earlier).status_code == 404
    assert client.post(earlier).status_code == 404
    later = link_to("marta@example.net", mailoutbox)
    assert client.get(later).status_code == 200
    assert Case.objects.count() == 0


def test_a_bad_new_address_is_refused_and_the_letter_stays_where_it_was(client: Client, cast: Cast) -> None:
    ask = sent(client)
    response = client.post(f"/en/ask/sent/{ask.pk}/{sent_key(ask)}/", {"address": "marta"})
    assert errors(response) == [
        "Mail address: This is not a complete mail address. Check it for a typing mistake."
    ]
    ask.refresh_from_db()
    assert (ask.address, ask.address_version) == ("marta@example.net", 1)


def test_nobody_is_written_to_more_often_by_mending(client: Client, cast: Cast, settings: Any) -> None:
    settings.ASKS_PER_ADDRESS_AND_HOUR = 1
    sent(client, address="victim@example.net")
    ask = sent(client, address="marta@example.net", text="Another")
    response = client.post(f"/en/ask/sent/{ask.pk}/{sent_key(ask)}/", {"address": "victim@example.net"})
    assert errors(response) == [
        "Mail address: Several asks came for this address within the hour. Try again in an hour."
    ]
    assert len(letters("ask_confirm", "victim@example.net")) == 1


def test_the_page_tells_nobody_more_once_the_ask_is_confirmed(client: Client, cast: Cast) -> None:
    case = cast.case()
    page = client.get(f"/en/ask/sent/{case.ask_id}/{sent_key(case.ask)}/")
    assert heading(page) == "This ask is confirmed and on its way"
    assert (case.ref in page.content.decode(), case.ask.text in page.content.decode()) == (False, False)
    response = client.post(f"/en/ask/sent/{case.ask_id}/{sent_key(case.ask)}/", {"address": "x@example.net"})
    assert response.status_code == 200
    assert Ask.objects.get().address == "marta@example.net"


def test_where_nobody_has_promised_the_asker_is_told_so(client: Client, cast: Cast) -> None:
    page = client.post(TALK, talk(), follow=True)
    assert "Nobody has promised this yet" in words(page)


@pytest.mark.parametrize("page", ["sent", "confirm"])
def test_a_wrong_key_and_a_missing_ask_are_the_same(client: Client, cast: Cast, page: str) -> None:
    ask = cast.ask()
    answers = [client.get(f"/en/ask/{page}/{pk}/nonsense/") for pk in (ask.pk, ask.pk + 1)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert words(answers[0]) == words(answers[1])


@pytest.mark.parametrize("path", ["/en/ask/m%00x/school-talk/", "/en/follow/mx%00/key/"])
def test_an_address_that_no_database_can_hold_is_not_there(client: Client, cast: Cast, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_keys_of_the_two_pages_are_not_the_same(client: Client, cast: Cast) -> None:
    ask = cast.ask()
    assert client.post(f"/en/ask/confirm/{ask.pk}/{sent_key(ask)}/").status_code == 404


# Confirming


def test_looking_at_the_link_never_confirms(client: Client, cast: Cast, mailoutbox: list[Any]) -> None:
    sent(client)
    link = link_to("marta@example.net", mailoutbox)
    for method in (client.get, client.head, client.options):
        method(link)
    assert (Case.objects.count(), Ask.objects.get().confirmed_at) == (0, None)


def test_the_link_used_twice_leads_to_the_same_case(
    client: Client, cast: Cast, mailoutbox: list[Any]
) -> None:
    sent(client)
    link = link_to("marta@example.net", mailoutbox)
    places = [client.post(link)["Location"], client.post(link)["Location"], client.get(link)["Location"]]
    assert len(set(places)) == 1
    assert Case.objects.count() == 1
    assert [letter.template for letter in letters(address="marta@example.net")] == [
        "ask_confirm",
        "asker_gap",
    ]


def test_an_ask_not_confirmed_within_a_week_is_gone(
    client: Client, cast: Cast, clock: Clock, mailoutbox: list[Any]
) -> None:
    sent(client)
    link = link_to("marta@example.net", mailoutbox)
    clock.forward(days=6, hours=23)
    work()
    assert client.get(link).status_code == 200
    clock.forward(hours=2)
    work()
    assert (client.get(link).status_code, client.post(link).status_code, Ask.objects.count()) == (404, 404, 0)


def test_pages_with_a_key_are_not_kept_not_listed_and_not_told_to_other_sites(
    client: Client, cast: Cast
) -> None:
    ask, case = cast.ask(), cast.case(text="Another")
    work()
    for path in (
        f"/ask/sent/{ask.pk}/{sent_key(ask)}/",
        link_in(confirm_link(ask)),
        f"/follow/{case.ref}/{case_key(case)}/",
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert page["Cache-Control"] == "no-store, private"
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert page["Referrer-Policy"] == "same-origin"


# The links again


def test_links_are_sent_again_to_each_open_ask_and_the_page_does_not_tell_who_is_known(
    client: Client, cast: Cast, mailoutbox: list[Any]
) -> None:
    first, second, closed = cast.case(), cast.case(text="Another"), cast.case(text="Old")
    withdraw_case(closed)
    cast.ask(text="Not confirmed")
    work()
    mailoutbox.clear()
    known = client.post("/en/ask/links/", {"address": "MARTA@example.net"}, follow=True)
    unknown = client.post("/en/ask/links/", {"address": "MARTA@example.com"}, follow=True)
    assert words(known).replace("example.net", "") == words(unknown).replace("example.com", "")
    assert known.redirect_chain == unknown.redirect_chain == [("/en/ask/links/", 302)]
    work()
    [mail] = mailoutbox
    assert mail.to == ["marta@example.net"]
    assert [case_key(case) in mail.body for case in (first, second, closed)] == [True, True, False]


def test_links_are_sent_three_times_an_hour_at_most(client: Client, cast: Cast, clock: Clock) -> None:
    cast.case()
    for _ in range(5):
        assert client.post("/en/ask/links/", {"address": "marta@example.net"}).status_code == 302
    assert len(letters("asker_links")) == 3
    clock.forward(minutes=61)
    client.post("/en/ask/links/", {"address": "marta@example.net"})
    assert len(letters("asker_links")) == 4


def test_an_address_with_a_mistake_is_refused_before_anything_is_sent(client: Client, cast: Cast) -> None:
    response = client.post("/en/ask/links/", {"address": "marta@"})
    assert errors(response) == [
        "Mail address: This is not a complete mail address. Check it for a typing mistake."
    ]
    assert heading(client.get("/en/ask/links/")) == "Have the links to your asks sent again"


def test_the_date_in_the_page_is_the_askers_own(client: Client, cast: Cast, clock: Clock) -> None:
    clock.to(clock.instant.replace(hour=4))
    assert "until Nov. 29, 2026" in words(client.post(TALK, talk(), follow=True))
    assert clock.instant + timedelta(days=7) == Ask.objects.get().wake_at
