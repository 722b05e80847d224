import os
import sys
from pathlib import Path

import pytest

from tools import suite
from tools.suite import Counts, Step

REPORT = (
    """<testsuites><testsuite name="pytest" tests="9" failures="1" errors="1" skipped="2"/></testsuites>"""
)


def test_a_report_is_counted(tmp_path: Path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert suite.counted(report) == Counts(passed=5, failed=2, skipped=2)


def test_a_run_that_left_no_report_counts_nothing(tmp_path: Path):
    assert suite.counted(tmp_path / "none.xml") == Counts()


def run(step: Step, folder: Path) -> Step:
    step.run(folder, dict(os.environ))
    return step


@pytest.mark.parametrize(("code", "counts"), [("0", Counts(passed=1)), ("3", Counts(failed=1))])
def test_a_check_counts_as_one(tmp_path: Path, code: str, counts: Counts):
    step = run(Step("check", [sys.executable, "-c", f"raise SystemExit({code})"]), tmp_path)
    assert step.counts == counts


def test_tests_that_fall_over_before_they_count_are_a_failure(tmp_path: Path):
    step = run(Step("SQLite", [sys.executable, "-c", "raise SystemExit(2)"], tests=True), tmp_path)
    assert step.counts == Counts(failed=1)


def test_the_output_of_a_step_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    run(Step("lint", [sys.executable, "-c", "print('seen')"]), tmp_path)
    assert "lint: ok" in capsys.readouterr().out.replace("──", "")


def test_the_last_line_sums_everything_up(capsys: pytest.CaptureFixture[str]):
    done = [
        Step("SQLite", [], tests=True, counts=Counts(100, 1, 2)),
        Step("PostgreSQL 18", [], tests=True, counts=Counts(101, 0, 2)),
        Step("browser", [], tests=True, counts=Counts(12, 0, 0)),
        Step("lint", [], counts=Counts(1)),
    ]
    assert suite.summary(done, "/usr/bin/chromium") == Counts(214, 1, 4)
    shown = capsys.readouterr().out.splitlines()
    assert shown[-1] == "214 passed, 1 failed, 4 skipped"
    assert shown[1].split("  ")[0] == "SQLite"
    assert not any("NOT RUN" in line for line in shown)


def test_it_says_what_could_not_be_run(capsys: pytest.CaptureFixture[str]):
    suite.summary([Step("browser", [], tests=True, counts=Counts(skipped=12))], None)
    assert (
        "NOT RUN: the browser tests, for want of Chromium: apt-get install chromium"
        in capsys.readouterr().out
    )


def test_it_says_that_no_pdf_could_be_made(capsys: pytest.CaptureFixture[str]):
    suite.summary([Step("SQLite", [], tests=True, counts=Counts(1))], "/usr/bin/chromium", makes_pdf=False)
    assert (
        "NOT RUN: the tests of the PDF, for want of Pango: "
        "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n" in capsys.readouterr().out
    )


def test_every_step_of_the_suite_is_there():
    names = [step.name for step in suite.steps(long=False)]
    assert names == ["SQLite", "PostgreSQL 18", "browser", "lint", "format", "types", "imports", "migrations"]
    assert [step.name for step in suite.steps(long=True) if "--long" in step.command] == names[:3]
