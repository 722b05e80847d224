"""list-page: the organisations list against a bare page; page-weight: the first visit over the wire."""

import gzip
import re
from statistics import median

from bench.report import Result
from bench.serving import get, requests_per_second, server

ROUNDS, SECONDS = 15, 0.6
LIST = "/organisations/"
FIRST_VISITS = [
    "/",
    "/ask/",
    "/ask/mx/school-talk/",
    "/organisations/",
    "/map/",
    "/ledger/",
    "/entry-points/",
]
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def list_page(cookie: str) -> list[Result]:
    """Short rounds of bare, visitor, signed in, one after the other; the median of each decides."""
    rates: dict[str, list[float]] = {"bare": [], "visitor": [], "signed in": []}
    with server("bench.settings") as port:
        for _ in range(ROUNDS):
            rates["bare"].append(requests_per_second(port, "/bench/bare/", seconds=SECONDS))
            rates["visitor"].append(requests_per_second(port, LIST, seconds=SECONDS))
            rates["signed in"].append(requests_per_second(port, LIST, cookie, seconds=SECONDS))
    bare = {"bare": median(rates["bare"])}
    return [
        Result("list-page", "visitor, requests/s", ROUNDS, median(rates["visitor"]), bare, "ratio ≥ 0.5"),
        Result(
            "list-page", "signed in, requests/s", ROUNDS, median(rates["signed in"]), bare, "ratio ≥ 0.35"
        ),
    ]


def page_weight() -> list[Result]:
    """Page and every asset that it names, each as it goes over the wire (gzip), in KB."""
    results = []
    with server("bench.settings") as port:
        for path in FIRST_VISITS:
            total, seen = 0, {path}
            for asset in [path, *dict.fromkeys(ASSET.findall(get(port, path)[1].decode()))]:
                status, body, headers = get(port, asset, {"Accept-Encoding": "gzip"})
                if status != 200:
                    raise RuntimeError(f"{asset} answered {status}")
                total += len(body)
                seen.add(asset)
                if headers.get("content-encoding") == "gzip":
                    gzip.decompress(body)
            metric = f"{path} KB, {len(seen)} files"
            results.append(Result("page-weight", metric, len(seen), total / 1024, {}, "ours ≤ 120"))
    return results
