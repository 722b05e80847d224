"""The drawing of a route: every step of its table is in it, in the right place, marked where a case stands."""

import re
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tequio.circuit.drawing import MARGIN, WIDTH, draw, main_way, of_case, plain_steps, svg
from tequio.circuit.links import follow_link
from tequio.circuit.models import Route
from tests.cast import Cast, open_leg_of, path_in


def row(slug: str, *ahead: str, does: str = "", label: str = "") -> dict[str, Any]:
    return {"slug": slug, "does": does or slug, "label": {"es": label or slug}, "next": list(ahead)}


TALK = [
    row("asked", "at-desk", "withdrawn"),
    row("at-desk", "question", "arranged", "declined", "withdrawn", label="Con un grupo que da charlas"),
    row("question", "at-desk", "withdrawn"),
    row("arranged", "done", "not-done", "withdrawn"),
    row("done"),
    row("not-done"),
    row("declined"),
    row("withdrawn"),
]


def test_the_main_way_goes_from_the_first_step_to_a_good_end():
    assert [step["slug"] for step in main_way(TALK)] == ["asked", "at-desk", "arranged", "done"]


def test_two_desks_stand_below_each_other():
    steps = [
        row("at-chapter", "question", "at-post", "declined", does="at-desk"),
        row("question", "at-chapter"),
        row("at-post", "arranged", "declined", does="at-desk"),
        row("arranged", "done"),
        row("done"),
        row("declined"),
    ]
    assert [step["slug"] for step in main_way(steps)] == ["at-chapter", "at-post", "arranged", "done"]


def test_the_side_ways_stand_beside_the_step_that_they_begin_at():
    drawing = draw(TALK)
    beside = {rung.box.slug: [box.slug for box in rung.sides] for rung in drawing.rungs}
    assert beside == {
        "asked": ["withdrawn"],
        "at-desk": ["question", "declined", "withdrawn"],
        "arranged": ["not-done", "withdrawn"],
        "done": [],
    }


def test_a_question_leads_back_and_an_end_does_not():
    boxes = {box.slug: box for box in draw(TALK).boxes}
    assert {slug for slug, box in boxes.items() if box.back} == {"question"}
    assert {slug for slug, box in boxes.items() if box.ends} == {"done", "not-done", "declined", "withdrawn"}


def test_a_long_label_is_broken_into_lines_that_fit():
    box = draw(TALK).rungs[1].box
    assert box.lines == ["Con un grupo que", "da charlas"]
    assert box.height == 60


def test_where_a_case_stands_and_was_is_marked_by_a_sign_and_a_class():
    drawing = draw(TALK, here="arranged", been=["asked", "at-desk"])
    assert [(rung.box.mark, rung.box.lines[0][:2]) for rung in drawing.rungs] == [
        ("been", "■ "),
        ("been", "■ "),
        ("here", "◉ "),
        ("ahead", "do"),
    ]


def test_no_table_makes_an_empty_drawing():
    assert (draw([]).rungs, draw([]).height) == ([], 0)


def test_the_hubs_own_table_can_be_drawn_whole():
    steps = plain_steps()
    assert [step["slug"] for step in main_way(steps)] == ["at-desk", "arranged", "done"]


SLUGS = ["at-desk", "question", "arranged", "done", "declined", "second", "third", "withdrawn"]


@st.composite
def tables(draw_: st.DrawFn) -> list[dict[str, Any]]:
    slugs = draw_(st.lists(st.sampled_from(SLUGS), unique=True, min_size=1))
    words = st.text("abcdefgh ijk", min_size=1, max_size=60).filter(str.strip)
    return [
        row(slug, *draw_(st.lists(st.sampled_from(slugs), unique=True)), label=draw_(words)) for slug in slugs
    ]


@given(tables())
def test_no_two_boxes_of_any_table_lie_on_each_other(steps: list[dict[str, Any]]):
    drawing = draw(steps)
    for one, other in combinations(drawing.boxes, 2):
        apart_across = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart_across or one.bottom <= other.y or other.bottom <= one.y
    for box in drawing.boxes:
        assert box.x >= MARGIN
        assert box.x + box.width <= WIDTH - MARGIN
        assert box.bottom <= drawing.height


@given(tables())
def test_every_row_that_the_main_way_passes_or_leads_to_is_drawn(steps: list[dict[str, Any]]):
    way = main_way(steps)
    expected = {step["slug"] for step in way} | {slug for step in way for slug in step["next"]}
    assert {box.slug for box in draw(steps).boxes} == expected


def test_the_svg_is_named_and_escapes_what_it_says():
    text = svg(draw([row("done", label="<b>Hecho</b>")]), "Pedir & recibir")
    assert "<title>Pedir &amp; recibir</title>" in text
    assert "<b>" not in text
    assert "style" not in text


def test_a_file_of_its_own_brings_its_colours():
    assert "<style>" in svg(draw(TALK), "Una charla", alone=True)


def marks(text: str) -> dict[str, str]:
    """By the first word of its label, how a box is marked."""
    found = re.findall(r'<g class="(\w+)[^"]*"><rect[^>]*/><text[^>]*>(?:[■◉] )?([^\s<]+)', text)
    return {label: mark for mark, label in found}


def test_a_case_is_drawn_on_the_table_it_began_with(cast: Cast):
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    Route.objects.create(kind=cast.kinds["school-talk"], version=1, steps=TALK)
    case = cast.case()
    Route.objects.create(kind=cast.kinds["school-talk"], version=2, steps=[row("at-desk")])
    assert marks(of_case(case)) == {
        "asked": "been",
        "Con": "here",
        "question": "ahead",
        "arranged": "ahead",
        "done": "ahead",
        "not-done": "ahead",
        "declined": "ahead",
        "withdrawn": "ahead",
    }


@pytest.mark.django_db
def test_asker_and_desk_see_where_the_case_stands_on_the_drawing(cast: Cast, client: Client):
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    case = cast.case()
    leg = open_leg_of(case)
    pages = [client.get(path_in(follow_link(case))).content.decode()]
    client.force_login(cast.account("Beto"))
    pages.append(client.get(f"/desk/{leg.owner_id}/{case.ref}/1/").content.decode())
    assert [re.findall(r'<g class="here[^"]*">', page) for page in pages] == [['<g class="here">']] * 2
