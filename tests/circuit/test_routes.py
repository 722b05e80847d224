"""A case goes by the table of its kind: what it names is obeyed, and a running case keeps its own version."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg
from tequio.circuit.actions.asker import report_outcome, withdraw_case
from tequio.circuit.models import AskKind, Case, Leg
from tequio.circuit.queries.offices import ways_on
from tequio.circuit.queries.routes import (
    asked_of,
    days_for,
    first_desk,
    leads_to,
    next_desk,
    row_of,
    step_for,
)
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, open_leg_of, work
from tests.circuit.desks import signed, url
from tests.circuit.reading import words
from tests.circuit.tables import ENDS, PLAIN, TWO, add_kind, asked, promised, question, route, row, way
from tests.conftest import Clock

DAY = date(2026, 12, 20)
NO_SUCH_STEP = "The route of this kind of ask has no such step here. The page shows what there is."


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    return cast.hold("chapter-berlin", "Beto")


def leg_on(cast: Cast, beto: Mandate, rows: list[dict[str, Any]], **fields: Any) -> Leg:
    """A leg at Beto's chapter of a kind with this table."""
    add_kind(cast, "favour", rows, **fields)
    cast.promise(beto, "favour")
    return cast.leg("favour")


def refusal(verb: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        verb(*args, **given)
    return str(refused.value)


# The table itself ---------------------------------------------------------------


def test_a_kind_without_a_table_goes_by_the_words_of_the_hub(cast: Cast, beto: Mandate) -> None:
    cast.promise(beto)
    case = cast.case()
    assert (case.route, case.step, row_of(case), step_for(case, "arranged")) == (
        None,
        "at-desk",
        None,
        "arranged",
    )
    assert leads_to(case, None, "arranged")


def test_an_ask_begins_at_the_first_desk_that_its_table_leads_to(cast: Cast) -> None:
    rows = [
        asked("second"),
        row("first", "at-desk", "second"),
        row("second", "at-desk", "first arranged"),
        *ENDS,
    ]
    kind = add_kind(cast, "favour", rows)
    case = cast.case("favour")
    assert (case.step, open_leg_of(case).step) == ("second", "second")
    assert first_desk(kind.routes.get()) == rows[2]


def test_a_table_may_begin_with_its_desk(cast: Cast) -> None:
    rows = [row("chapter", "at-desk", "arranged"), *ENDS]
    add_kind(cast, "favour", rows)
    assert cast.case("favour").step == "chapter"


@pytest.mark.parametrize(
    ("here", "state", "leads"),
    [
        ("chapter", "question", True),
        ("chapter", "arranged", False),
        ("chapter", "declined", True),
        ("chapter", "withdrawn", True),
        ("chapter", "answered", True),  # named by no row, so the hub's own
        ("chapter", "no-reply", True),
        ("post", "arranged", True),
        ("arranged", "declined", False),
        ("question", "at-desk", True),
    ],
)
def test_a_table_is_obeyed_in_what_it_names(cast: Cast, here: str, state: str, leads: bool) -> None:
    add_kind(cast, "favour", TWO)
    case = cast.case("favour")
    assert case.route is not None
    assert leads_to(case, case.route.step(here), state) is leads


def test_what_an_office_can_answer_has_to_be_named(cast: Cast) -> None:
    add_kind(
        cast,
        "favour",
        [asked("at-desk"), row("at-desk", then="declined withdrawn"), row("declined"), row("withdrawn")],
    )
    case = cast.case("favour")
    found = [
        leads_to(case, row_of(case), state) for state in ("question", "arranged", "declined", "unconfirmed")
    ]
    assert found == [False, False, True, True]


def test_what_a_step_asks_is_for_whoever_moves_it() -> None:
    asks = {"es": "Diga", "en": "Say"}
    step = row("question", who="asker", asks=asks)
    assert (asked_of(step, "asker", "both"), asked_of(step, "office"), asked_of(None, "asker")) == (
        asks,
        {},
        {},
    )


# The verbs ----------------------------------------------------------------------


def test_an_answer_that_the_step_does_not_lead_to_is_refused_in_words(cast: Cast, beto: Mandate) -> None:
    rows = [
        asked("at-desk"),
        row("at-desk", then="elsewhere withdrawn"),
        row("elsewhere", "at-desk", "question arranged declined"),
        question("elsewhere"),
        *ENDS,
    ]
    leg = leg_on(cast, beto, rows)
    said = [
        refusal(accept_leg, leg, by=beto, what="Sí", due_on=DAY),
        refusal(decline_leg, leg, by=beto, reason="full"),
        refusal(ask_more, leg, by=beto, question="¿Cuántos?"),
    ]
    assert said == [NO_SUCH_STEP] * 3
    assert (Leg.objects.get().outcome, Case.objects.get().step) == ("", "at-desk")


def test_an_office_accepts_while_the_asker_owes_a_reply(cast: Cast, beto: Mandate) -> None:
    leg = leg_on(cast, beto, PLAIN)
    ask_more(leg, by=beto, question="¿Cuántos?")
    assert Case.objects.get().step == "question"
    accept_leg(leg, by=beto, what="Sí", due_on=DAY)
    assert Case.objects.get().step == "arranged"


def test_each_desk_has_a_step_of_its_own_for_what_it_arranged(cast: Cast, beto: Mandate) -> None:
    rows = [
        asked("at-desk"),
        row("at-desk", then="question lent withdrawn"),
        question("at-desk"),
        row("given", "arranged", "done"),
        row("lent", "arranged", "given done"),
        *ENDS,
    ]
    leg = leg_on(cast, beto, rows)
    ask_more(leg, by=beto, question="¿Cuántos?")
    accept_leg(leg, by=beto, what="Sí", due_on=DAY)
    assert (Case.objects.get().state, Case.objects.get().step) == ("arranged", "lent")


def test_the_asker_s_word_goes_by_the_table_too(cast: Cast, beto: Mandate) -> None:
    rows = [
        asked("at-desk"),
        row("at-desk", then="arranged withdrawn"),
        row("arranged", then="done", who="both"),
        row("thanks", then="not-done", does="arranged"),
        *ENDS[1:],
    ]
    leg = leg_on(cast, beto, rows)
    accept_leg(leg, by=beto, what="Sí", due_on=DAY)
    case = Case.objects.get()
    said = [refusal(withdraw_case, case), refusal(report_outcome, case, happened=False)]
    assert said == [NO_SUCH_STEP] * 2
    assert report_outcome(case, happened=True).step == "done"


def test_the_days_for_a_reply_come_from_the_step_else_from_the_kind(cast: Cast, beto: Mandate) -> None:
    rows = [asked("at-desk"), row("at-desk", then="question declined"), question("at-desk", days=3), *ENDS]
    ask_more(leg_on(cast, beto, rows, asker_days=12), by=beto, question="¿Cuántos?")
    add_kind(cast, "plain", PLAIN, asker_days=12)
    cast.promise(beto, "plain")
    ask_more(cast.leg("plain"), by=beto, question="¿Cuántos?")
    assert [case.due_on for case in Case.objects.order_by("pk")] == [date(2026, 11, 26), date(2026, 12, 5)]


def test_the_days_of_a_step_come_before_the_hub_s_and_after_a_promise(cast: Cast, beto: Mandate) -> None:
    cast.hold("mesa", "Mesa")
    add_kind(cast, "favour", TWO)
    cast.promise(beto, "favour", days=9)
    promised_leg = cast.leg("favour")
    assert (promised_leg.owner, promised_leg.days) == (beto.office, 9)
    passed = pass_on_leg(promised_leg, by=beto, to=cast.desk, reason="full")
    assert (passed.owner, passed.days, passed.step) == (cast.desk, 4, "chapter")
    add_kind(cast, "plain", PLAIN)
    gap = cast.leg("plain")
    assert (gap.owner, gap.days, days_for(gap.case, gap.step)) == (cast.desk, 8, 0)


def test_the_coordinating_office_s_own_promise_comes_before_the_days_of_a_step(cast: Cast) -> None:
    mesa = cast.hold("mesa", "Mesa")
    rows = [asked("at-desk"), row("at-desk", then="arranged", days=4, for_kinds=["chapter"]), *ENDS]
    add_kind(cast, "favour", rows, for_kinds=["chapter", "association"])
    cast.promise(mesa, "favour", days=2)
    leg = cast.leg("favour")
    assert (leg.owner, leg.rung, leg.days) == (cast.desk, "gap", 2)


# The organisations of a step -----------------------------------------------------


def test_an_ask_goes_to_the_organisations_of_its_step(cast: Cast) -> None:
    kind = add_kind(cast, "favour", TWO)
    promised(cast, "embassy-de", "Eva", kind.slug, days=1)
    promised(cast, "chapter-madrid", "Carla", kind.slug, days=20)
    assert way(cast.case("favour")) == [("chapter-madrid", "chapter", "routed", "")]


def test_it_is_passed_on_among_the_organisations_of_its_step(cast: Cast, beto: Mandate) -> None:
    kind = add_kind(cast, "favour", TWO)
    cast.promise(beto, "favour", days=1)
    embassy = promised(cast, "embassy-de", "Eva", kind.slug)
    madrid = promised(cast, "chapter-madrid", "Carla", kind.slug)
    leg = cast.leg("favour")
    assert list(ways_on(leg)) == [madrid.office, cast.desk]
    said = refusal(pass_on_leg, leg, by=beto, to=embassy.office, reason="full")
    assert said == "This office has not promised to answer this kind of ask. Choose one that has."
    assert pass_on_leg(leg, by=beto, to=madrid.office, reason="full").owner == madrid.office


def test_a_fallback_of_another_kind_of_organisation_is_left_out(
    cast: Cast, clock: Clock, beto: Mandate
) -> None:
    kind = add_kind(cast, "favour", TWO)
    embassy = promised(cast, "embassy-de", "Eva", kind.slug)
    cast.promise(beto, "favour", fallback=cast.entry_point("embassy-de"))
    leg = cast.leg("favour")
    assert (leg.owner, embassy.office.entry_point.fallback) == (beto.office, None)
    end_mandate(beto, by=None)
    assert way(leg.case) == [
        ("chapter-berlin", "chapter", "routed", "moved"),
        ("mesa", "chapter", "coordination", ""),
    ]


def test_the_form_says_who_would_answer_at_the_first_step(cast: Cast, client: Client) -> None:
    kind = add_kind(cast, "favour", TWO)
    promised(cast, "embassy-de", "Eva", kind.slug, days=1)
    promised(cast, "chapter-madrid", "Carla", kind.slug, days=20)
    headers = {"HX-Request": "true", "HX-Target": "preview"}
    page = words(client.get("/en/ask/mx/favour/", headers=headers))
    assert ("Capítulo Madrid (en)" in page, "Embajada" in page) == (True, False)


# Versions -----------------------------------------------------------------------


def test_a_running_case_keeps_the_version_that_it_began_with(cast: Cast, beto: Mandate) -> None:
    leg = leg_on(cast, beto, PLAIN)
    kind = AskKind.objects.get(slug="favour")
    shorter = [asked("at-desk"), row("at-desk", then="declined withdrawn"), *ENDS]
    later = route(kind, shorter)
    new = cast.leg("favour")
    assert (leg.case.route.version, new.case.route) == (1, later)
    assert refusal(accept_leg, new, by=beto, what="Sí", due_on=DAY) == NO_SUCH_STEP
    accept_leg(leg, by=beto, what="Sí", due_on=DAY)
    assert [case.step for case in Case.objects.order_by("pk")] == ["arranged", "at-desk"]


def test_an_ask_that_waits_for_its_confirmation_begins_with_the_version_of_the_day(cast: Cast) -> None:
    from tequio.circuit.actions.asking import confirm_ask

    kind = add_kind(cast, "favour", PLAIN)
    ask = cast.ask("favour")
    later = route(kind, TWO)
    assert confirm_ask(ask).route == later


def test_a_case_climbs_within_its_own_step(cast: Cast, clock: Clock, beto: Mandate) -> None:
    cast.hold("mesa", "Mesa")
    leg = leg_on(cast, beto, TWO)
    assert leg.due_at is not None
    clock.to(leg.due_at + timedelta(days=9))
    work()
    assert way(leg.case)[1] == ("mesa", "chapter", "coordination", "")
    assert open_leg_of(leg.case).days == 4


# The pages ----------------------------------------------------------------------


def offered(client: Client, cast: Cast, leg: Leg) -> list[str]:
    import re

    assert leg.owner is not None
    page = signed(client, cast, "Beto").get(url("leg", leg.owner.pk, leg.case.ref, leg.number))
    return re.findall(r'name="act" value="([\w-]+)"', page.content.decode())


def test_the_desk_offers_the_answers_that_the_step_allows(cast: Cast, client: Client, beto: Mandate) -> None:
    leg = leg_on(cast, beto, TWO)
    assert next_desk(leg) == TWO[2]
    answers = [act for act in offered(client, cast, leg) if act != "note"]
    assert answers[:5] == ["answer", "forward", "decline", "pass-on", "question"]
    assert "accept" not in answers


def test_a_desk_of_a_kind_without_a_table_offers_the_hub_s_answers(
    cast: Cast, client: Client, beto: Mandate
) -> None:
    cast.promise(beto)
    found = offered(client, cast, cast.leg())
    assert ("accept" in found, "decline" in found, "question" in found, "forward" in found) == (
        True,
        True,
        True,
        False,
    )


def test_the_desk_s_page_says_what_the_step_asks_of_it(cast: Cast, client: Client, beto: Mandate) -> None:
    leg = leg_on(cast, beto, TWO)
    page = words(signed(client, cast, "Beto").get(url("leg", beto.office_id, leg.case.ref, leg.number)))
    assert "Your answer Is the activity yours?" in page


def test_the_asker_s_page_says_what_the_step_asks_of_them(cast: Cast, client: Client, beto: Mandate) -> None:
    from tests.circuit.follows import page

    asks = {"es": "Conteste en una frase.", "en": "Answer in a sentence."}
    rows = [{**each, "asks": asks} if each["slug"] == "question" else each for each in PLAIN]
    leg = leg_on(cast, beto, rows)
    before = words(client.get(page(leg.case)))
    ask_more(leg, by=beto, question="¿Cuántos?")
    after = words(client.get(page(leg.case)))
    assert ("Answer in a sentence." in before, "Answer in a sentence." in after) == (False, True)


def test_the_asker_s_page_offers_to_withdraw_where_the_table_does(
    cast: Cast, client: Client, beto: Mandate
) -> None:
    from tests.circuit.follows import page

    rows = [
        asked("at-desk"),
        row("at-desk", then="arranged withdrawn"),
        row("arranged", then="done", who="both"),
        *ENDS[1:],
    ]
    leg = leg_on(cast, beto, rows)
    before = words(client.get(page(leg.case)))
    accept_leg(leg, by=beto, what="Sí", due_on=DAY)
    after = words(client.get(page(leg.case)))
    assert ("Withdraw my ask" in before, "Withdraw my ask" in after) == (True, False)
