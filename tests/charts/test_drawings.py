"""Drawings: wanted in bulk, drawn once by the worker, whoever dies on the way."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from tequio.charts import actions, queries, rules
from tequio.charts.models import Drawing
from tequio.charts.rules import Wanted, sha_of
from tequio.kernel import due
from tests.charts.data import ALL, TEXTS, bars, wanted, work
from tests.conftest import START, Clock

pytestmark = pytest.mark.django_db
WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from tequio.charts.models import Drawing
from tequio.kernel import clock, due
with clock.at(datetime.fromisoformat(sys.argv[1])):
    due.work_off(kinds={Drawing})
"""


def test_the_worker_draws_what_is_wanted(clock: Clock) -> None:
    actions.want(Wanted(f"record/{figure}", "es", figure, data) for figure, data in ALL.items())
    assert work() == 3
    for drawing in Drawing.objects.all():
        assert (drawing.svg[:4], drawing.alt, drawing.width) == ("<svg", TEXTS["alt"], 600)
        assert (drawing.shown, drawing.drawn_at) == (drawing.sha, clock.instant)
        assert (drawing.wake_at, drawing.leased_until) == (None, None)
        assert f'width="600" height="{drawing.height}"' in drawing.svg
    assert work() == 0


def test_a_drawing_of_an_act_that_fails_is_not_wanted(clock: Clock) -> None:
    with transaction.atomic():
        actions.want([wanted()])
        transaction.set_rollback(True)
    assert Drawing.objects.count() == 0


@pytest.mark.parametrize("number", [1, 300])
def test_any_number_is_wanted_by_one_statement(
    clock: Clock, number: int, django_assert_num_queries: Any
) -> None:
    many = [wanted(f"record/{n}", language) for n in range(number) for language in ("es", "en")]
    with django_assert_num_queries(1):
        actions.want(many)
    with django_assert_num_queries(1):
        actions.want(many)
    assert Drawing.objects.filter(wake_at=clock.instant, sha=sha_of(many[0])).count() == number
    assert Drawing.objects.count() == 2 * number


def test_nothing_wanted_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        actions.want([])


def test_the_data_come_back_as_they_were_given(clock: Clock) -> None:
    actions.want([wanted()])
    assert Drawing.objects.get().data == bars()


def test_what_has_not_changed_is_left_alone(clock: Clock) -> None:
    actions.want([wanted("same"), wanted("other")])
    work()
    before = Drawing.objects.values().get(key="same")
    clock.forward(days=1)
    actions.want([wanted("same"), wanted("other", title="Otra cosa")])
    assert Drawing.objects.values().get(key="same") == before
    assert work() == 1
    assert Drawing.objects.values().get(key="same") == before
    drawn = Drawing.objects.get(key="other")
    assert (drawn.drawn_at, "Otra cosa" in drawn.svg) == (clock.instant, True)


def test_the_old_picture_is_shown_until_the_new_one_is_drawn(clock: Clock) -> None:
    actions.want([wanted()])
    work()
    old = Drawing.objects.get()
    new = wanted(alt="De otra manera", rows=[["uno", 1]])
    actions.want([new])
    waiting = Drawing.objects.get()
    assert (waiting.svg, waiting.shown, waiting.alt) == (old.svg, old.shown, TEXTS["alt"])
    assert (waiting.sha, waiting.wake_at) == (sha_of(new), clock.instant)
    work()
    drawn = Drawing.objects.get()
    assert (drawn.shown, drawn.alt, drawn.height < old.height) == (sha_of(new), "De otra manera", True)
    assert (queries.picture(old.sha), queries.picture(drawn.sha)) == (None, drawn.svg)


def test_what_was_wanted_otherwise_while_it_was_drawn_is_drawn_again(clock: Clock) -> None:
    actions.want([wanted()])
    claimed = due.claim(Drawing)
    assert claimed is not None
    actions.want([wanted(title="Otra cosa")])
    actions.draw(claimed)
    assert Drawing.objects.get().svg == ""
    assert work() == 1
    assert "Otra cosa" in Drawing.objects.get().svg


def test_a_name_is_that_of_figure_language_data_and_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def names() -> list[str]:
        return [sha_of(wanted()), sha_of(wanted(language="en")), sha_of(wanted(title="x"))]

    before = names()
    assert (names(), len({*before, sha_of(wanted()._replace(figure="curve"))})) == (before, 4)
    assert sha_of(wanted("another/key")) == before[0]
    (tmp_path / "bars.py").write_text("another = 1")
    monkeypatch.setattr(rules, "CODE", tmp_path)
    rules.drawing_code.cache_clear()
    try:
        assert set(names()) & set(before) == set()
    finally:
        rules.drawing_code.cache_clear()


def test_a_figure_that_there_is_not_is_refused(clock: Clock) -> None:
    with pytest.raises(ValueError, match="no figure pie"):
        actions.want([wanted(), wanted("two")._replace(figure="pie")])
    assert Drawing.objects.count() == 0


def test_what_is_dropped_is_gone_in_every_language(clock: Clock, django_assert_num_queries: Any) -> None:
    actions.want([wanted(key, language) for key in "abc" for language in ("es", "en")])
    with django_assert_num_queries(1):
        actions.drop({"a", "b", "never there"})
    assert set(Drawing.objects.values_list("key", "language")) == {("c", "es"), ("c", "en")}


def test_one_that_cannot_be_drawn_holds_up_no_other_and_is_tried_again(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    actions.want([wanted("a", rows=[]), wanted("b")])
    assert work() == 2
    assert {row.key: bool(row.svg) for row in Drawing.objects.all()} == {"a": False, "b": True}
    broken = Drawing.objects.get(key="a")
    assert [record.message for record in caplog.records] == [
        f"charts.Drawing {broken.pk} could not be handled"
    ]
    assert work() == 0
    clock.forward(seconds=61)
    assert work() == 1
    actions.want([wanted("a")])
    assert work() == 1
    assert Drawing.objects.get(key="a").svg == Drawing.objects.get(key="b").svg


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_taken_is_drawn_by_another(
    clock: Clock, child_environment: dict[str, str]
) -> None:
    actions.want([wanted()])
    child = subprocess.Popen([sys.executable, "-c", WORKER, START.isoformat()], env=child_environment)
    until = time.monotonic() + 30
    while not Drawing.objects.exclude(leased_until=None).exists():
        assert time.monotonic() < until
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    held = Drawing.objects.get()
    assert (held.svg, held.wake_at, held.leased_until) == ("", START, START + due.LEASE)
    assert work() == 0
    clock.to(START + due.LEASE + timedelta(seconds=1))
    assert work() == 1
    assert Drawing.objects.filter(shown=F("sha"), wake_at=None, leased_until=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_another_process_draws_the_same_bytes(clock: Clock, child_environment: dict[str, str]) -> None:
    actions.want(Wanted(figure, "es", figure, data) for figure, data in ALL.items())
    environment = {**child_environment, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", WORKER, START.isoformat()], env=environment, check=True)
    theirs = dict(Drawing.objects.values_list("key", "svg"))
    Drawing.objects.update(wake_at=START, svg="")
    work()
    assert dict(Drawing.objects.values_list("key", "svg")) == theirs
    assert [bool(svg) for svg in theirs.values()] == [True] * 3
