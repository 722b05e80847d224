"""Find a desk: at most three live offices for a place and a topic, and the choice among them."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.asking import confirm_ask
from tequio.circuit.actions.promises import withdraw_promise
from tequio.circuit.models import Ask, Leg, Promise
from tequio.circuit.queries.desks import desks_for
from tequio.circuit.queries.why import why_sentence
from tequio.circuit.states import Rung
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tequio.reference.models import Country, Field
from tests.cast import Cast, open_leg_of
from tests.circuit.asks import HTMX, TALK, talk
from tests.circuit.quiet import SUPPORT, answer, run_out
from tests.circuit.reading import errors, words
from tests.conftest import Clock
from tests.pages import items, queries, text_of

FIND = f"{TALK}desks/"
OAXACA = {"region": "MX-OAX"}


@pytest.fixture
def four(cast: Cast) -> list[Promise]:
    """Four chapters that give talks: everywhere and slow, in the state, for the topic in the state, everywhere."""
    names = [("madrid", "Carla", 30, {}), ("paris", "Paz", 9, {"regions": ["MX-OAX"]})]
    names += [("roma", "Rosa", 20, {"regions": ["MX-OAX"], "fields": ["31"]}), ("lima", "Lía", 9, {})]
    found = []
    for city, holder, days, remit in names:
        if city != "madrid":
            cast.organisation(f"chapter-{city}", "chapter", f"Capítulo {city.title()}", country="ES")
        mandate = cast.hold(f"chapter-{city}", holder)
        found.append(cast.promise(mandate, days=days, **remit))  # type: ignore[arg-type]
    return found


def found(cast: Cast, **fields: Any) -> list[str]:
    given = {"region": cast.school.region, **fields}
    desks = desks_for(Ask(kind=cast.kinds["school-talk"], **given))
    return [desk.slug for desk in desks]


def test_at_most_three_the_closest_fit_first_then_the_quickest(cast: Cast, four: list[Promise]) -> None:
    assert found(cast) == ["chapter-paris", "chapter-roma", "chapter-lima"]
    assert found(cast, field=Field.objects.get(pk="31")) == ["chapter-roma", "chapter-paris", "chapter-lima"]


def test_of_two_that_fit_alike_and_are_as_quick_the_first_by_name_whatever_their_record(cast: Cast) -> None:
    madrid, berlin = cast.hold("chapter-madrid", "Carla"), cast.hold("chapter-berlin", "Beto")
    cast.promise(madrid)
    for number in range(12):
        answer(cast.leg(address=f"a{number}@example.net"), madrid)
    cast.promise(berlin)
    assert found(cast) == ["chapter-berlin", "chapter-madrid"]


@pytest.mark.parametrize("end", ["lapsed", "withdrawn", "vacant"])
def test_a_desk_that_is_not_live_is_not_shown(
    cast: Cast, four: list[Promise], clock: Clock, end: str
) -> None:
    paris = four[1]
    if end == "lapsed":
        Promise.objects.filter(pk=paris.pk).update(valid_until=clock.instant)
    if end == "withdrawn":
        withdraw_promise(paris, by=paris.signed_by)
    if end == "vacant":
        end_mandate(paris.signed_by, by=None)
    assert found(cast) == ["chapter-roma", "chapter-lima", "chapter-madrid"]


def test_a_post_whose_new_asks_go_elsewhere_is_not_shown(cast: Cast, clock: Clock) -> None:
    cast.hold("mesa", "Mesa")
    ema = cast.hold("embassy-de", "Ema")
    cast.promise(ema, SUPPORT, days=3, countries=["DE"])
    ask = Ask(kind=cast.kinds[SUPPORT], country=Country.objects.get(pk="DE"))
    assert [desk.slug for desk in desks_for(ask)] == ["embassy-de"]
    run_out(cast, clock, 3)
    assert desks_for(ask) == []


def test_each_shows_its_record_with_an_interval_from_ten_and_its_last_week(
    cast: Cast, ana: Mandate, clock: Clock
) -> None:
    ask = Ask(kind=cast.kinds["school-talk"], region=cast.school.region)
    assert [(desk.record.percents, desk.answered) for desk in desks_for(ask)] == [(None, None)]
    for number in range(10):
        answer(cast.leg(address=f"a{number}@example.net"), ana)
    clock.forward(days=9)
    assert [desk.record.figures.matured for desk in desks_for(ask)] == [0]
    clock.forward(days=9)
    (desk,) = desks_for(ask)
    assert (desk.record.figures.kept, desk.record.figures.matured, desk.record.percents) == (
        10,
        10,
        (72, 100),
    )
    assert desk.answered == date(2026, 11, 23)


def test_the_page_finds_by_place_and_topic_without_javascript(client: Client, four: list[Promise]) -> None:
    assert "offices answer" not in text_of(client.get(FIND))
    rows = items(client.get(FIND, OAXACA))
    assert rows == [
        "Capítulo Paris (en) answers within 9 working days · none due so far has answered nothing yet Ask this office "
        ": Head office, Capítulo Paris (en)",
        "Capítulo Roma (en) answers within 20 working days · none due so far has answered nothing yet Ask this office "
        ": Head office, Capítulo Roma (en)",
        "Capítulo Lima (en) answers within 9 working days · none due so far has answered nothing yet Ask this office "
        ": Head office, Capítulo Lima (en)",
    ]
    page = client.get(FIND, OAXACA).content.decode()
    assert f"{TALK}?region=MX-OAX&amp;desk=chapter-paris" in page
    assert "Say what you need" in page


def test_where_nobody_has_promised_the_page_says_so_and_offers_to_ask(client: Client, cast: Cast) -> None:
    text = text_of(client.get(FIND, OAXACA))
    assert "0 offices answer No office has promised this for your place and topic." in text


def test_finding_takes_as_many_queries_for_one_desk_as_for_three(
    client: Client, cast: Cast, four: list[Promise]
) -> None:
    three = len(queries(client, f"{FIND}?region=MX-OAX"))
    Promise.objects.exclude(pk=four[0].pk).update(withdrawn_at=four[0].signed_at)
    assert len(items(client.get(f"{FIND}?region=MX-OAX"))) == 1
    assert len(queries(client, f"{FIND}?region=MX-OAX")) == three <= 7


def chosen(response: Any) -> list[str]:
    """The values of the radios by which an office is chosen, the checked one first."""
    tags = re.findall(r'<input type="radio" name="desk"[^>]*>', response.content.decode())
    values = sorted((("checked" not in tag), number, tag) for number, tag in enumerate(tags))
    return [re.findall(r'value="([^"]*)"', tag)[0] for _unchecked, _number, tag in values]


def test_while_the_form_is_filled_in_the_asker_may_choose(client: Client, four: list[Promise]) -> None:
    headers = {**HTMX, "HX-Target": "preview"}
    response = client.get(TALK, OAXACA, headers=headers)
    assert chosen(response) == ["", "chapter-paris", "chapter-roma", "chapter-lima"]
    response = client.get(TALK, {**OAXACA, "desk": "chapter-roma"}, headers=headers)
    assert chosen(response)[0] == "chapter-roma"
    assert "The asker chose it." in words(response)


def test_a_link_to_one_office_opens_the_form_with_it_chosen(client: Client, four: list[Promise]) -> None:
    assert chosen(client.get(TALK)) == []
    assert chosen(client.get(TALK, {**OAXACA, "desk": "chapter-roma"}))[0] == "chapter-roma"


def test_the_choice_stays_when_the_form_is_not_accepted(client: Client, four: list[Promise]) -> None:
    response = client.post(TALK, talk(desk="chapter-lima", text=""))
    assert errors(response) != []
    assert chosen(response)[0] == "chapter-lima"


def test_an_office_that_does_not_fit_is_not_chosen_and_the_asker_reads_so(
    client: Client, cast: Cast, four: list[Promise]
) -> None:
    response = client.get(TALK, {**OAXACA, "desk": "chapter-madrid"})
    assert chosen(response)[0] == ""
    assert "Head office, Capítulo Madrid (en) takes no such ask for this place and topic now" in words(
        response
    )
    assert chosen(client.get(TALK, {**OAXACA, "desk": "nobody"}))[0] == ""


def test_the_ask_goes_to_the_office_that_the_asker_chose_and_says_why(
    client: Client, four: list[Promise]
) -> None:
    client.post(TALK, talk(desk="chapter-lima"))
    leg = open_leg_of(confirm_ask(Ask.objects.get()))
    assert (leg.owner, leg.rung, leg.why["chosen"]) == (four[3].entry_point.office, Rung.ROUTED, True)
    with translation.override("en"):
        assert why_sentence(leg) == (
            "The asker chose it. This office has promised to answer asks of this kind within 9 working days."
        )


def test_a_choice_that_is_no_longer_live_at_confirmation_goes_by_the_rule_and_says_so(
    cast: Cast, four: list[Promise]
) -> None:
    ask = cast.ask(desk=four[3].entry_point)
    withdraw_promise(four[3], by=four[3].signed_by)
    leg = open_leg_of(confirm_ask(ask))
    assert (leg.owner, leg.why["wanted"]) == (four[1].entry_point.office, four[3].entry_point.office_id)
    with translation.override("en"):
        said = why_sentence(leg)
    assert said.endswith(
        "The asker chose Head office, Capítulo Lima (en), which takes no new ask of this kind now."
    )


def test_a_choice_where_nobody_has_promised_any_more_is_a_gap_and_says_so(cast: Cast, ana: Mandate) -> None:
    ask = cast.ask(desk=Promise.objects.get().entry_point)
    withdraw_promise(Promise.objects.get(), by=ana)
    leg = open_leg_of(confirm_ask(ask))
    assert (leg.owner, leg.rung, leg.why) == (cast.desk, Rung.GAP, {"wanted": ana.office_id})


def test_a_choice_of_a_post_whose_new_asks_go_elsewhere_is_named_once(cast: Cast, clock: Clock) -> None:
    cast.hold("mesa", "Mesa")
    ema = cast.hold("embassy-de", "Ema")
    point = cast.promise(ema, SUPPORT, days=3, countries=["DE"]).entry_point
    run_out(cast, clock, 3)
    leg: Leg = cast.leg(SUPPORT, desk=point)
    assert (leg.owner, leg.why["quiet"], leg.why["wanted"]) == (cast.desk, ema.office_id, ema.office_id)
    with translation.override("en"):
        assert why_sentence(leg).count("Embajada en Alemania (en)") == 1
