"""The permission table: every URL × sixteen roles × seven methods × {own, another's, missing}.

It is walked once; the facts below are asserted of what was answered, and the whole is compared with
docs/permissions.md, so that every change of a permission is a diff in review.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tequio.kernel import clock
from tests.conftest import START
from tests.contracts.roles import ROLES, Words, World
from tests.contracts.walk import BODIES, FORGED_BODIES, METHODS, MISSING, PUBLIC, Seen, Walk, render

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
OVERSIGHT = {("mandates", "coordinating office")}
REFUSED = {"OPTIONS", "PUT", "PATCH", "DELETE"}
Answer = tuple[str, str, str, str]


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Walk:
    """The whole walk, in a transaction of its own that is taken back before the first test."""
    logging.disable()
    with django_db_blocker.unblock(), clock.at(START), transaction.atomic():
        walk = Walk(World(Words()))
        walk.go()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    return walk


def answers(walk: Walk) -> Iterator[tuple[Answer, Seen]]:
    for (url, relation, role), row in walk.table.items():
        for label, seen in row.items():
            yield (url, relation, role, label), seen


def foreign(walk: Walk) -> Iterator[tuple[Answer, Seen]]:
    """What was answered about objects of others that are not public and that no office oversees."""
    for (url, relation, role, label), seen in answers(walk):
        if relation == "another's" and url not in PUBLIC and (url, role) not in OVERSIGHT:
            yield (url, relation, role, label), seen


def test_every_url_is_listed(walk: Walk):
    assert {url.name for url in walk.urls if url.parameters} == set(MISSING)
    assert {(url.name, role) for url in walk.urls for role in ROLES} == {
        (url, role) for url, relation, role in walk.table if relation in ("page", "missing")
    }
    assert len(walk.urls) > 25 and len(walk.table) * len(METHODS) > 5_000


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
    opened = {where: seen.code for where, seen in foreign(walk) if seen.code not in ("404", "405", "sign in")}
    assert opened == {}


def test_no_post_changes_another_s_object(walk: Walk):
    acted = {where: seen.wrote for where, seen in foreign(walk) if seen.wrote}
    forged = {
        where: seen.code
        for where, seen in answers(walk)
        if any(where[3].endswith(act) for act in FORGED_BODIES)
    }
    assert acted == {}
    assert set(forged.values()) <= {"404", "403", "sign in"}


def test_another_s_object_and_a_missing_one_are_answered_alike(walk: Walk):
    for (url, _relation, role, label), seen in foreign(walk):
        row = walk.table[url, "missing", role]
        missing = row.get(label) or next(seen for act, seen in row.items() if act.startswith("POST"))
        assert (seen.status, seen.headers) == (missing.status, missing.headers), (url, role, label)
        assert seen.body == missing.body, (url, role, label)


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
    wanted = {
        (url, f"POST {act}".strip())
        for url, acts in BODIES.items()
        for act in acts
        if act not in FORGED_BODIES
    }
    assert wanted - done == QUIET


QUIET = {("account_confirm_login_code", "POST")}


def test_a_form_without_its_token_is_refused(walk: Walk):
    assert len(walk.untokened) > 12
    assert {where: code for where, code in walk.untokened.items() if code != 403} == {}


def test_no_key_opens_what_another_was_made_for(walk: Walk):
    assert len(walk.wrong_keys) > 100
    assert [where for where, code in walk.wrong_keys.items() if code != "404"] == []


def test_an_office_reads_its_own_leg_of_an_ask_that_it_passed_on(walk: Walk):
    assert walk.passed_on == {
        ("officer of the chapter", 1): "200",
        ("officer of the chapter", 2): "404",
        ("coordinating office", 1): "200",
        ("coordinating office", 2): "200",
        ("officer of another", 1): "404",
        ("officer of another", 2): "404",
    }
