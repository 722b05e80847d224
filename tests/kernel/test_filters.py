"""The filters of a list: what is offered, what is chosen, which page it is."""

from typing import Any

import pytest
from django.http import QueryDict

from tequio.kernel.filters import ROWS, Filters, by_name, choice, page_of
from tequio.reference.models import Language


class Fruit(Filters):
    colour = choice("Colour")
    shape = choice("Shape")

    def __init__(self, address: str = "") -> None:
        super().__init__(QueryDict(address))
        self.offer("colour", "All colours", [("r", "Red & ripe"), ("g", "Green")])
        self.offer("shape", "All shapes", [("1", "Round")])


@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ("", {}),
        ("colour=r", {"colour": "r"}),
        ("colour=r&shape=1", {"colour": "r", "shape": "1"}),
        ("colour=&shape=1", {"shape": "1"}),
        ("colour=blue&shape=1", {"shape": "1"}),
        ("colour=r&colour=g", {"colour": "g"}),
        ("other=r", {}),
    ],
)
def test_what_is_offered_can_be_chosen_and_nothing_else(address: str, chosen: dict[str, str]) -> None:
    assert Fruit(address).chosen() == chosen


def test_a_select_shows_its_options_escaped_and_marks_the_chosen_one() -> None:
    assert str(Fruit("colour=g")["colour"]) == (
        '<select name="colour" id="id_colour"><option value="">All colours</option>'
        '<option value="r">Red &amp; ripe</option><option value="g" selected>Green</option></select>'
    )


@pytest.mark.parametrize("address", ["", "colour=", 'colour="><script>'])
def test_without_a_choice_that_is_offered_everything_is_marked(address: str) -> None:
    html = str(Fruit(address)["colour"])
    assert '<option value="" selected>All colours</option>' in html
    assert html.count("selected") == 1
    assert "script" not in html


def test_names_are_in_spanish_order_without_repetition() -> None:
    rows = [("z", "Zacatecas"), ("a", "Álamo"), ("b", "abeja"), ("z", "Zacatecas"), ("m", "México")]
    assert [key for key, _name in by_name(rows)] == ["b", "a", "m", "z"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "number", "first"),
    [(None, 1, 1), ("1", 1, 1), ("2", 2, ROWS + 1), ("9", 2, ROWS + 1), ("x", 1, 1), ("0", 2, ROWS + 1)],
)
def test_the_nearest_page_is_given(asked: str | None, number: int, first: int) -> None:
    Language.objects.bulk_create(Language(id=f"{n:03}", names={"es": str(n)}) for n in range(ROWS + 3))
    page = page_of(Language.objects.order_by("id"), asked)
    assert (page.number, page.start_index(), page.paginator.count) == (number, first, ROWS + 3)


@pytest.mark.django_db
def test_a_count_that_is_known_is_not_asked_for(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        page = page_of(Language.objects.order_by("id"), None, count=1)
        assert list(page) == []
