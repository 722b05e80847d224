"""The permission table: every URL × sixteen roles × seven methods × {own, another's, missing}.

It is walked once; the facts below are asserted of what was answered, and the whole is compared with
docs/permissions.md, so that every change of a permission is a diff in review.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.bodies import BODIES, QUIET, WITHOUT_TOKEN, forged
from tests.contracts.roles import ROLES
from tests.contracts.table import render
from tests.contracts.walk import MISSING, PUBLIC, Seen, Walk

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
COORDINATION = "coordinating office"
# What the coordinating office sees to at every office of its country, and at those that nobody holds.
OVERSIGHT = {"mandates", "absences", "hand_over"}
OF_VACANT = OVERSIGHT | {"books", "book", "book_pdf"}
REFUSED = {"OPTIONS", "PUT", "PATCH", "DELETE"}
Answer = tuple[str, str, str, str]

pytestmark = pytest.mark.django_db


def answers(walk: Walk) -> Iterator[tuple[Answer, Seen]]:
    for (url, relation, role), row in walk.table.items():
        for label, seen in row.items():
            yield (url, relation, role, label), seen


def overseen(url: str, relation: str, role: str) -> bool:
    return role == COORDINATION and url in (OF_VACANT if relation == "vacant" else OVERSIGHT)


def foreign(walk: Walk) -> Iterator[tuple[Answer, Seen]]:
    """What was answered about objects of others that are not public and that no office oversees."""
    for (url, relation, role, label), seen in answers(walk):
        if relation in ("another's", "vacant") and url not in PUBLIC and not overseen(url, relation, role):
            yield (url, relation, role, label), seen


def test_every_url_is_listed(walk: Walk):
    assert {url.name for url in walk.urls if url.relations != ["page"]} == set(MISSING)
    assert {(url.name, role) for url in walk.urls for role in ROLES} == {
        (url, role) for url, relation, role in walk.table if relation in ("page", "missing")
    }
    assert len(walk.urls) > 70 and len(walk.table) > 2_000


def test_the_table_is_as_committed(walk: Walk):
    drawn = render(walk)
    if os.environ.get("TEQUIO_UPDATE"):
        DOCUMENT.write_text(drawn)
    assert drawn.splitlines() == DOCUMENT.read_text().splitlines(), (
        "run `make permissions`, and read the diff"
    )


def test_nothing_fails(walk: Walk):
    assert [where for where, seen in answers(walk) if seen.status == 500] == []


def test_only_get_head_and_post_are_answered(walk: Walk):
    assert {seen.code for where, seen in answers(walk) if where[3] in REFUSED} == {"405"}


def test_looking_changes_nothing(walk: Walk):
    wrote = {
        where: seen.wrote for where, seen in answers(walk) if not where[3].startswith("POST") and seen.wrote
    }
    assert wrote == {}


def test_another_s_object_is_opened_to_nobody(walk: Walk):
    """A deputy who does not act is refused every act at their own office, whatever it would be about."""
    opened = {where: seen.code for where, seen in foreign(walk) if seen.code not in ("404", "405", "sign in")}
    assert {where: code for where, code in opened.items() if where[2] != "deputy" or code != "403"} == {}


def test_no_post_changes_another_s_object(walk: Walk):
    acted = {where: seen.wrote for where, seen in foreign(walk) if seen.wrote}
    named = {where: seen.code for where, seen in answers(walk) if forged(where[3])}
    assert acted == {}
    assert set(named.values()) <= {"404", "403", "sign in"}


def test_another_s_object_and_a_missing_one_are_answered_alike(walk: Walk):
    for (url, relation, role, label), seen in foreign(walk):
        row = walk.table[url, "missing", role]
        missing = row.get(label) or next(seen for act, seen in row.items() if act.startswith("POST"))
        if missing.code == "403" and relation == "vacant":  # what is missing at their own office is refused
            continue
        assert (seen.status, seen.headers) == (missing.status, missing.headers), (url, role, label)
        assert seen.body == missing.body, (url, role, label)


def test_nobody_gets_at_a_thing_of_another_office_by_its_own_address(walk: Walk):
    assert len(walk.trespassed) > 80
    opened = {where: code for where, code in walk.trespassed.items() if code != "404"}
    assert {(url, role) for url, role, _act in opened} == {("absence", COORDINATION)}


def test_a_former_officer_is_as_anybody_signed_in(walk: Walk):
    def codes(role: str) -> dict[tuple[str, str, str], str]:
        return {
            (url, relation, label): seen.code
            for (url, relation, who, label), seen in answers(walk)
            if who == role
        }

    assert codes("former officer") == codes("signed in, no role")


def test_each_act_is_done_by_somebody_who_may(walk: Walk):
    done = {
        (where[0], where[3])
        for where, seen in answers(walk)
        if (where[1] in ("own", "page") or where[0] in PUBLIC) and seen.wrote
    }
    wanted = {(url, f"POST {act}".strip()) for url, acts in BODIES.items() for act in acts if not forged(act)}
    assert wanted - done == QUIET


def test_a_form_without_its_token_is_refused(walk: Walk):
    assert {url for url, _role in walk.untokened} == set(BODIES) - {"ask_kind"}
    refused = {where for where, code in walk.untokened.items() if code == 403}
    assert {url for url, _role in walk.untokened.keys() - refused} == WITHOUT_TOKEN


def test_no_key_opens_what_another_was_made_for(walk: Walk):
    assert len(walk.wrong_keys) > 100
    assert [where for where, code in walk.wrong_keys.items() if code != "404"] == []


def test_an_office_reads_its_own_leg_of_an_ask_that_it_passed_on(walk: Walk):
    assert {where: code for where, code in walk.aside.items() if where[1] != "proposed"} == {
        ("officer of the chapter", "leg 1"): "200",
        ("officer of the chapter", "leg 2"): "404",
        (COORDINATION, "leg 1"): "200",
        (COORDINATION, "leg 2"): "200",
        ("officer of another", "leg 1"): "404",
        ("officer of another", "leg 2"): "404",
    }


def test_an_agreement_is_public_only_when_both_have_signed(walk: Walk):
    assert {walk.aside[role, "proposed"] for role in ROLES} == {"404"}
