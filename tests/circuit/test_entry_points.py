"""The offices that answer: who takes what, what they have promised, and how they kept it."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.promises import withdraw_promise
from tequio.circuit.models import EntryPoint, Promise
from tequio.circuit.queries.public import acting_in, done_lately, in_force
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Organisation
from tequio.reference.models import Country, Field, Region, Subfield
from tests.cast import Cast, open_leg_of
from tests.conftest import Clock
from tests.pages import all_of, items, links, main_of, queries, text_of

LISTED = "listed, no promise yet"


def get(client: Client, rest: str = "") -> Any:
    return client.get(f"/en/entry-points/{rest}")


def names(client: Client, rest: str = "") -> list[str]:
    return all_of(r"<h2><a[^>]*>(.*?)</a>", main_of(get(client, rest)))


@pytest.fixture
def listed(cast: Cast) -> Cast:
    """Four entry points are listed, as a pack does it; nobody has promised."""
    for slug, kind in (
        ("chapter-berlin", "school-talk"),
        ("chapter-madrid", "school-talk"),
        ("embassy-de", "consular-support"),
        ("university-oaxaca", "counterpart"),
    ):
        entry_point = cast.entry_point(slug)
        entry_point.kinds.add(cast.kinds[kind])
        EntryPoint.objects.filter(pk=entry_point.pk).update(source=cast.source)
    return cast


@pytest.fixture
def madrid(listed: Cast) -> Mandate:
    """Madrid's chapter is held and promises talks for Oaxaca, in physics, within seven days."""
    mandate = listed.hold("chapter-madrid", "Dora", until=date(2027, 6, 30))
    listed.promise(mandate, days=7, regions=["MX-OAX"], fields=["31"])
    return mandate


# The list ----------------------------------------------------------------------------


def test_without_a_promise_offices_are_listed_with_what_they_are_named_for(
    client: Client, listed: Cast
) -> None:
    assert items(get(client)) == [
        f"Chapter · Germany Capítulo Berlín (en) Ask school-talk {LISTED}",
        f"Chapter · Spain Capítulo Madrid (en) Ask school-talk {LISTED}",
        f"Embassy or consulate · Germany Embajada en Alemania (en) Ask consular-support {LISTED}",
        f"University · Mexico Universidad de Oaxaca (en) Ask counterpart {LISTED}",
    ]
    assert "4 offices" in text_of(get(client))
    assert "Source: Case · CC0-1.0 · as of Jan. 1, 2026" in text_of(get(client))


def test_those_who_promised_come_first_with_their_record(
    client: Client, listed: Cast, madrid: Mandate, clock: Clock
) -> None:
    first = "Chapter · Spain Capítulo Madrid (en) Ask school-talk: answers within 7 working days · "
    assert items(get(client))[0] == f"{first}none due so far"
    case = listed.case(field=Promise.objects.get().fields.get())
    decline_leg(open_leg_of(case), by=madrid, reason="full")
    clock.forward(days=10)
    assert items(get(client))[0] == f"{first}kept 1 of 1"
    assert items(get(client))[1].endswith(LISTED)


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("?kind=MX/school-talk", ["Capítulo Madrid (en)", "Capítulo Berlín (en)"]),
        ("?country=DE", ["Capítulo Berlín (en)", "Embajada en Alemania (en)"]),
        ("?kind=MX/school-talk&country=DE", ["Capítulo Berlín (en)"]),
        ("?live=1", ["Capítulo Madrid (en)"]),
        ("?live=1&country=DE", []),
        ("?kind=MX/nothing&country=XX&live=no", None),
    ],
)
def test_filters_narrow_the_list(
    client: Client, listed: Cast, madrid: Mandate, rest: str, found: list[str] | None
) -> None:
    assert names(client, rest) == (names(client) if found is None else found)
    if found == []:
        assert "No office fits" in text_of(get(client, rest))


@pytest.mark.parametrize("end", ["lapsed", "withdrawn", "vacant"])
def test_a_promise_that_has_ended_is_no_promise(
    client: Client, listed: Cast, madrid: Mandate, clock: Clock, end: str
) -> None:
    listed.hold("mesa", "Carla")
    if end == "lapsed":
        clock.forward(days=301)
    elif end == "withdrawn":
        withdraw_promise(Promise.objects.get(), by=madrid)
    else:
        end_mandate(madrid, by=madrid)
    assert names(client, "?live=1") == []
    assert in_force() == []
    assert LISTED in text_of(get(client, "chapter-madrid/"))


def test_who_is_withdrawn_is_not_listed(client: Client, listed: Cast) -> None:
    EntryPoint.objects.filter(slug="chapter-berlin").update(withdrawn_on=date(2026, 1, 1))
    Organisation.objects.filter(slug="embassy-de").update(withdrawn_on=date(2026, 1, 1))
    assert names(client) == ["Capítulo Madrid (en)", "Universidad de Oaxaca (en)"]
    assert "No longer listed: new asks do not come here." in text_of(get(client, "chapter-berlin/"))
    assert "No longer listed" not in text_of(get(client, "chapter-madrid/"))


def test_a_second_office_is_named_with_its_organisation(client: Client, listed: Cast) -> None:
    office = listed.second_office("agency", "Enlace")
    listed.promise(listed.hold(office, "Ana"), "counterpart")
    assert names(client)[0] == "Enlace, Agencia de Ciencia (en)"
    assert names(client, "?live=1") == ["Enlace, Agencia de Ciencia (en)"]


@pytest.mark.parametrize("rest", ["", "?kind=MX/school-talk&live=1"])
def test_a_visit_takes_as_many_queries_for_one_row_as_for_fifty(
    client: Client, cast: Cast, rest: str
) -> None:
    def promised(number: int) -> None:
        office = cast.organisation(f"chapter-{number}", "chapter", f"Capítulo {number}").offices.get()
        cast.promise(cast.hold(office, f"Holder{number}"))

    promised(0)
    one = queries(client, f"/entry-points/{rest}")
    for number in range(1, 50):
        promised(number)
    assert len(queries(client, f"/entry-points/{rest}")) == len(one) <= 6
    assert len(names(client, rest)) == 25


# The page ------------------------------------------------------------------------------


def facts(client: Client, slug: str) -> dict[str, str]:
    html = main_of(get(client, f"{slug}/"))
    return dict(zip(all_of(r"<dt>(.*?)</dt>", html), all_of(r"<dd>(.*?)</dd>", html), strict=True))


def test_what_is_not_there_is_not_found(client: Client, listed: Cast) -> None:
    assert get(client, "nobody/").status_code == 404


def test_an_entry_point_that_is_only_listed_says_what_that_means(client: Client, listed: Cast) -> None:
    text = text_of(get(client, "embassy-de/"))
    assert "Nobody there has signed a promise here, so no clock runs for it and it has no record." in text
    assert LISTED in text
    assert "Record:" not in text
    assert facts(client, "embassy-de") == {
        "Named for": "Ask consular-support",
        "Topics": "All",
        "Territories": "All",
    }


def test_what_a_pack_says_of_topics_and_territories_is_shown(client: Client, listed: Cast) -> None:
    entry_point = listed.entry_point("embassy-de")
    entry_point.countries.set(Country.objects.filter(pk__in=["DE", "ES"]))
    entry_point.regions.set(Region.objects.filter(pk="MX-OAX"))
    entry_point.fields.set(Field.objects.filter(pk="13"))
    entry_point.subfields.set(Subfield.objects.filter(pk="sub-31"))
    found = facts(client, "embassy-de")
    assert found["Topics"] == "Bioquímica · Física aplicada"
    assert found["Territories"] == "Germany · Spain · Oaxaca"


def test_a_promise_says_when_it_was_signed_until_when_and_for_what(
    client: Client, listed: Cast, madrid: Mandate
) -> None:
    assert facts(client, "chapter-madrid") == {
        "Signed": "Nov. 23, 2026",
        "Valid until": "Sept. 19, 2027",
        "Topics": "Física",
        "Territories": "Oaxaca",
    }
    text = text_of(get(client, "chapter-madrid/"))
    assert "answers within 7 working days · none due so far" in text
    assert "Head office , Capítulo Madrid (en) · Holder · until June 30, 2027" in text
    assert "Dora" not in text


def test_the_day_of_signing_is_the_one_where_the_office_sits(
    client: Client, cast: Cast, clock: Clock
) -> None:
    clock.forward(hours=7.5)
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    assert facts(client, "chapter-berlin")["Signed"] == "Nov. 24, 2026"


def test_its_own_record_is_shown_for_each_kind(
    client: Client, cast: Cast, clock: Clock, madrid: Mandate
) -> None:
    field = Promise.objects.get().fields.get()
    for number in range(12):
        case = cast.case(field=field, address=f"asker{number}@example.net")
        if number < 10:
            decline_leg(open_leg_of(case), by=madrid, reason="full")
    text = text_of(get(client, "chapter-madrid/"))
    assert (
        "Record: Ask school-talk 12 asked 0 of 0 answered by the date, of those that are due "
        "10 answered in time so far 2 wait for an answer now the longest for 0 days "
        "0 of 0 took place, of those that the asker has judged"
    ) in text
    clock.forward(days=10)
    text = text_of(get(client, "chapter-madrid/"))
    assert "10 of 10 answered by the date, of those that are due 72 to 100 % (95 % interval)" in text
    assert "2 wait for an answer now the longest for 10 days" in text
    assert "/en/ledger/" in links(main_of(get(client, "chapter-madrid/")))


def test_below_ten_no_interval_is_given(client: Client, cast: Cast, clock: Clock, madrid: Mandate) -> None:
    field = Promise.objects.get().fields.get()
    for number in range(9):
        case = cast.case(field=field, address=f"asker{number}@example.net")
        decline_leg(open_leg_of(case), by=madrid, reason="full")
    clock.forward(days=10)
    text = text_of(get(client, "chapter-madrid/"))
    assert "9 of 9 answered by the date" in text
    assert "%" not in text


def test_the_fallback_is_named(client: Client, listed: Cast) -> None:
    assert "If it does not answer" not in text_of(get(client, "chapter-berlin/"))
    fallback = listed.entry_point("chapter-madrid")
    EntryPoint.objects.filter(slug="chapter-berlin").update(fallback=fallback)
    answer = get(client, "chapter-berlin/")
    assert "The ask moves on to Capítulo Madrid (en) , and then to the coordinating office." in text_of(
        answer
    )
    assert "/en/entry-points/chapter-madrid/" in links(main_of(answer))


def test_it_says_how_to_ask(client: Client, listed: Cast, madrid: Mandate) -> None:
    html = main_of(get(client, "chapter-madrid/"))
    assert [link for link in links(html) if "/ask/" in link] == ["/en/ask/mx/school-talk/"]


@pytest.mark.parametrize("demo", [True, False])
def test_an_invented_office_says_so(client: Client, listed: Cast, demo: bool) -> None:
    Organisation.objects.filter(slug="chapter-berlin").update(demo=demo)
    text = text_of(get(client, "chapter-berlin/"))
    assert ("This office is invented: it belongs to the demo." in text) is demo
    assert ("invented for the demo" in items(get(client))[0]) is demo


# What the other pages take from here --------------------------------------------------------


def test_the_holder_acts_before_the_deputies_and_a_vacant_office_has_nobody(cast: Cast) -> None:
    offices = [cast.office(slug) for slug in ("chapter-berlin", "chapter-madrid", "agency")]
    deputy = cast.hold("chapter-berlin", "Ana", role="deputy")
    assert acting_in(offices) == {offices[0].pk: deputy}
    holder = cast.hold("chapter-berlin", "Beto")
    other = cast.hold("chapter-madrid", "Dora")
    assert acting_in(offices) == {offices[0].pk: holder, offices[1].pk: other}
    assert acting_in([]) == {}


def test_promises_in_force_are_by_kind_then_the_quickest_first(cast: Cast) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"), days=9)
    cast.promise(cast.hold("chapter-madrid", "Dora"), days=3)
    cast.promise(cast.hold("university-oaxaca", "Uma"), "counterpart", days=1)
    found = [(kept.promise.kind.slug, kept.promise.days, kept.figures.asked) for kept in in_force()]
    assert found == [("school-talk", 3, 0), ("school-talk", 9, 0), ("counterpart", 1, 0)]
    assert len(in_force(kind__slug="counterpart")) == 1


def test_what_was_done_lately_counts_twelve_weeks(cast: Cast, clock: Clock) -> None:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    cast.case()

    def found() -> dict[str, tuple[int, int]]:
        return {kind.slug: (kind.asked, kind.done) for kind in done_lately()}

    assert found() == {"school-talk": (1, 0), "counterpart": (0, 0), "consular-support": (0, 0)}
    clock.forward(weeks=12)
    assert found()["school-talk"] == (1, 0)
    clock.forward(seconds=1)
    assert found()["school-talk"] == (0, 0)
