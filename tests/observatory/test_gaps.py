"""Where nobody has promised: kinds of ask and places, as long as no promise brings an ask to an office."""

from typing import Any

import pytest

from tequio.network.actions import end_mandate
from tequio.network.models import Organisation
from tequio.observatory.queries.gaps import covers, names_of
from tequio.reference.models import Country
from tests.cast import Cast
from tests.circuit.quiet import SUPPORT, run_out
from tests.conftest import Clock
from tests.observatory.conftest import mexico


def gaps() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {each.kind.slug: (each.of, each.without) for each in covers(mexico())}


def test_without_any_promise_everything_is_a_gap(cast: Cast) -> None:
    assert gaps() == {
        "school-talk": (("MX-JAL", "MX-OAX"), ("MX-JAL", "MX-OAX")),
        "counterpart": (("",), ("",)),
        "consular-support": (("DE", "ES"), ("DE", "ES")),
    }


@pytest.mark.parametrize(
    ("kind", "remit", "left"),
    [
        ("school-talk", {}, ()),
        ("school-talk", {"regions": ["MX-OAX"]}, ("MX-JAL",)),
        ("school-talk", {"countries": ["MX"]}, ()),
        ("school-talk", {"countries": ["DE"]}, ("MX-JAL", "MX-OAX")),
        ("school-talk", {"regions": ["MX-OAX"], "fields": ["31"]}, ("MX-JAL",)),
    ],
)
def test_a_promise_covers_what_it_names_or_everything(cast: Cast, kind: str, remit: Any, left: Any) -> None:
    cast.promise(cast.hold("chapter-berlin", "Ana"), kind, **remit)
    assert gaps()[kind][1] == left


def test_a_kind_without_a_place_is_covered_by_a_promise_for_everywhere_alone(cast: Cast) -> None:
    uma = cast.hold("university-oaxaca", "Uma")
    cast.promise(uma, "counterpart", regions=["MX-OAX"])
    assert gaps()["counterpart"][1] == ("",)
    cast.promise(uma, "counterpart")
    assert gaps()["counterpart"][1] == ()


def test_a_vacant_office_covers_nothing(cast: Cast) -> None:
    ana = cast.hold("chapter-berlin", "Ana")
    cast.promise(ana)
    assert gaps()["school-talk"][1] == ()
    end_mandate(ana, by=None)
    assert gaps()["school-talk"][1] == ("MX-JAL", "MX-OAX")


def test_a_post_whose_new_asks_go_elsewhere_covers_nothing(cast: Cast, clock: Clock) -> None:
    cast.promise(cast.hold("embassy-de", "Ema"), SUPPORT, days=3, countries=["DE"])
    cast.hold("mesa", "Mesa")
    assert gaps()[SUPPORT][1] == ("ES",)
    run_out(cast, clock, 3)
    assert gaps()[SUPPORT][1] == ("DE", "ES")


def test_a_jurisdiction_makes_a_country_a_place_from_which_one_can_ask(cast: Cast) -> None:
    Organisation.objects.get(slug="embassy-de").jurisdictions.add(Country.objects.get(pk="US"))
    assert gaps()[SUPPORT][0] == ("DE", "ES", "US")


def test_places_are_named_in_the_reader_s_language(cast: Cast) -> None:
    assert names_of(["MX-OAX", "DE", ""]) == {"MX-OAX": "Oaxaca", "DE": "Alemania"}
