"""The whole suite, as `make test` runs it: checks, both databases, the browser; then what ran, in numbers.

python tools/suite.py [--long] [STEP …]      STEP: a part of a step's name, such as browser
"""

import argparse
import ctypes.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LANES = 2
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PACKAGES = ["chromium", "fonts-liberation", "fonts-dejavu-core"]
PDF = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass
class Step:
    """One program of the suite; `tests` when it is pytest, whose report is counted."""

    name: str
    command: list[str]
    tests: bool = False
    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0

    def run(self, folder: Path, environment: dict[str, str]) -> None:
        print(f"── {self.name} …", flush=True)
        report = folder / f"{self.name.replace(' ', '-')}.xml"
        command = [*self.command, f"--junitxml={report}"] if self.tests else self.command
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.seconds = time.monotonic() - began
        self.counts = counted(report) if self.tests else Counts(passed=int(done.returncode == 0))
        if done.returncode and not self.counts.failed:
            self.counts.failed = 1
        verdict = "failed" if done.returncode else "ok"
        print(f"── {self.name}: {verdict}, {self.seconds:.0f} s\n{done.stdout.rstrip()}\n", flush=True)


def counted(report: Path) -> Counts:
    """What pytest's report says; nothing when there is none."""
    if not report.exists():
        return Counts()
    counts = Counts()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        counts += Counts(total - failed - skipped, failed, skipped)
    return counts


def chromium() -> str | None:
    """The browser's path; installs it where that is possible."""
    found = next((path for path in CHROMIUM if Path(path).exists()), None)
    if not found and installed("Chromium", PACKAGES):
        found = next((path for path in CHROMIUM if Path(path).exists()), None)
    return found


def pdf() -> bool:
    """Whether PDFs can be made here; installs Pango where that is possible."""
    found = ctypes.util.find_library("pangoft2-1.0") and ctypes.util.find_library("harfbuzz-subset")
    return bool(found) or installed("Pango, which makes the PDFs,", PDF)


def dovecot() -> bool:
    """Whether there is a dovecot for the long forms; installs it where that is possible."""
    there = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return bool(there) or installed("Dovecot", ["dovecot-imapd"])


def installed(what: str, packages: list[str]) -> bool:
    """Whether Debian's packages could be installed; the account has to be root."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"── {what} is missing; installing it", flush=True)
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)  # type: ignore[call-overload]
    install = ["apt-get", "install", "-qy", "--no-install-recommends", *packages]
    return subprocess.run(install, check=False, **quiet).returncode == 0  # type: ignore[call-overload, no-any-return]


def steps(long: bool) -> list[Step]:
    def python(*arguments: str) -> list[str]:
        return [sys.executable, *arguments]

    pytest = python("-m", "pytest", "-q", "--durations=8", *(["--long"] if long else []))
    return [
        Step("SQLite", [*pytest, "-m", "not browser", "--database", "sqlite"], tests=True),
        Step("PostgreSQL 18", [*pytest, "-m", "not browser", "--database", "postgresql"], tests=True),
        Step("browser", [*pytest, "-m", "browser"], tests=True),
        Step("lint", [str(BIN / "ruff"), "check", "."]),
        Step("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Step("types", [str(BIN / "mypy")]),
        Step("imports", [str(BIN / "lint-imports"), "--no-cache"]),
        Step("migrations", python("-m", "tequio", "makemigrations", "--check", "--dry-run")),
    ]


def summary(done: list[Step], browser: str | None, makes_pdf: bool = True) -> Counts:
    """Prints what ran, in numbers; the last line sums everything up."""
    print("═" * 60)
    for step in done:
        what = "tests" if step.tests else "check"
        print(f"{step.name:<14} {what:<6} {step.counts}  ({step.seconds:.0f} s)")
    if not browser and any(step.name == "browser" for step in done):
        print("NOT RUN: the browser tests, for want of Chromium: apt-get install chromium")
    if not makes_pdf:
        print(f"NOT RUN: the tests of the PDF, for want of Pango: apt-get install {' '.join(PDF)}")
    total = sum((step.counts for step in done), Counts())
    print(total, flush=True)
    return total


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("step", nargs="*")
    chosen = parser.parse_args()
    browser, makes_pdf = chromium(), pdf()
    if chosen.long:
        dovecot()
    todo = [s for s in steps(chosen.long) if not chosen.step or any(part in s.name for part in chosen.step)]
    with tempfile.TemporaryDirectory(prefix="tequio-suite-") as name, ThreadPoolExecutor(LANES) as lanes:
        environment = {**os.environ, "TEQUIO_VAR": f"{name}/var", "TEQUIO_CHROMIUM": browser or ""}
        environment.pop("DATABASE_URL", None)
        for running in [lanes.submit(step.run, Path(name), environment) for step in todo]:
            running.result()
    return 1 if summary(todo, browser, makes_pdf).failed else 0


if __name__ == "__main__":
    sys.exit(main())
