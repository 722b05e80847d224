"""How a benchmark reports: a line of the table for people, a JSON line for machines."""

import json
import operator
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COMPARE = {"≥": operator.ge, "≤": operator.le}


@dataclass
class Result:
    """One measured figure; `bar` such as "ratio ≥ 0.5" or "ours ≤ 120" sets `holds`, no bar leaves it None."""

    bench: str
    metric: str
    n: int
    ours: float
    against: Mapping[str, float] = field(default_factory=dict)
    bar: str = ""

    @property
    def ratio(self) -> dict[str, float]:
        return {name: round(self.ours / value, 3) for name, value in self.against.items() if value}

    @property
    def holds(self) -> bool | None:
        if not self.bar:
            return None
        what, sign, limit = self.bar.split()
        value = next(iter(self.ratio.values())) if what == "ratio" else self.ours
        return bool(COMPARE[sign](value, float(limit)))

    def as_json(self) -> str:
        parts = {**vars(self), "against": dict(self.against), "ratio": self.ratio, "holds": self.holds}
        return json.dumps(parts, ensure_ascii=False)


def publish(results: list[Result], file: Path) -> bool:
    """Prints the table, appends the JSON lines to `file`; False when a bar does not hold."""
    sys.stdout.write(f"{'bench':<14}{'metric':<34}{'n':>8}{'ours':>12}  {'against':<28}{'bar':<14}holds\n")
    with file.open("a") as kept:
        for result in results:
            kept.write(result.as_json() + "\n")
            against = ", ".join(f"{name} {value:.4g}" for name, value in result.against.items())
            ratio = ", ".join(f"{value:.2f}" for value in result.ratio.values())
            shown = f"{against} ({ratio})" if against else ""
            verdict = {None: "-", True: "yes", False: "NO"}[result.holds]
            row = f"{result.bench:<14}{result.metric:<34}{result.n:>8}{result.ours:>12.4g}  {shown:<28}"
            sys.stdout.write(f"{row}{result.bar:<14}{verdict}\n")
    return all(result.holds is not False for result in results)
