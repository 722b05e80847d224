"""A page of a hub with a million cases against the same with ten thousand, and the night that writes its records."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench.report import Result
from bench.serving import get, server

SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 15
BARS = {"desk-inbox": 12, "ledger": 6, "find-desk": 6, "entry-points": 6, "record": 6, "pulse": 6}
REFRESH = "record-refresh"
ROUTE = "/bench/route/"


def crowds(cookie: str, folder: Path) -> dict[int, dict[str, Any]]:
    """Two copies of the bench's database, filled at the same time; what `bench.crowd` says of each."""
    running = {}
    for cases in (SMALL, LARGE):
        home = folder / str(cases)
        shutil.copytree(os.environ["TEQUIO_VAR"], home)
        command = [sys.executable, "-m", "bench.crowd", str(cases), cookie]
        environment = {**os.environ, "TEQUIO_VAR": str(home)}
        running[cases] = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    said = {}
    for cases, child in running.items():
        output, _errors = child.communicate()
        if child.returncode:
            raise RuntimeError(f"the crowd of {cases} cases was not made")
        said[cases] = {**json.loads(output.splitlines()[-1]), "home": str(folder / str(cases))}
    return said


def timed(port: int, path: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    status = get(port, path, headers)[0]
    taken = time.perf_counter() - started
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    return taken * 1000


def scale(cookie: str) -> list[Result]:
    """Both servers at once, asked in turn; the medians are compared."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        said = crowds(cookie, Path(folder))
        ports = {
            cases: stack.enter_context(server("bench.settings", TEQUIO_VAR=each["home"]))
            for cases, each in said.items()
        }
        paths = {**said[LARGE]["paths"], "find-desk, routing": ROUTE}
        times: dict[tuple[str, int], list[float]] = {}
        for _ in range(ROUNDS + 1):
            for name, path in paths.items():
                headers = {"Cookie": cookie} if name == "desk-inbox" else {}
                for cases, port in ports.items():
                    times.setdefault((name, cases), []).append(timed(port, path, headers))
        stack.pop_all().close()
        nights = {cases: refresh(each["home"]) for cases, each in said.items()}
    results = [night(nights)]
    for name in paths:
        bench, _comma, what = name.partition(", ")
        small, large = (median(times[name, cases][1:]) for cases in (SMALL, LARGE))
        metric = f"{what or 'page'}, ms"
        results.append(Result(bench, metric, LARGE, large, {f"{SMALL:,} cases": small}, "ratio ≤ 3"))
        if not what:
            bar = f"ours ≤ {BARS[bench]}"
            results.append(Result(bench, "queries", LARGE, said[LARGE]["queries"][bench], {}, bar))
    results.append(Result("ledger", "database made in, s", LARGE, said[LARGE]["seconds"]))
    return results


def refresh(home: str) -> dict[str, float]:
    """What `bench.refresh` measures on a database, with nothing else running."""
    environment = {**os.environ, "TEQUIO_VAR": home}
    command = [sys.executable, "-m", "bench.refresh"]
    said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(said.stdout.splitlines()[-1]))


def night(nights: dict[int, dict[str, float]]) -> Result:
    against = {name: ms for name, ms in nights[LARGE].items() if name != "ours"}
    against[f"{SMALL:,} cases"] = nights[SMALL]["ours"]
    return Result(REFRESH, "all records written, ms", LARGE, nights[LARGE]["ours"], against, "ratio ≤ 1.5")


def one(name: str, cookie: str, kept: dict[str, list[Result]]) -> Callable[[], list[Result]]:
    """The results of one of these; the crowds are made once."""

    def results() -> list[Result]:
        if not kept:
            for result in scale(cookie):
                kept.setdefault(result.bench, []).append(result)
        return kept[name]

    return results
