"""The route of a case: the step at which it stands, and the step that a state of the engine leads to."""

from typing import Any

from tequio.circuit.models import AskKind, Case, Route


def latest_route(kind: AskKind) -> Route | None:
    """The version on which a case that opens now begins; None for a kind without a table of its own."""
    return kind.routes.order_by("-version").first()


def row_of(case: Case) -> dict[str, Any] | None:
    """The row of the case's step in its route; None when the hub's own words have to do."""
    return case.route.step(case.step) if case.route else None


def step_for(case: Case, state: str) -> str:
    """The step at which the case stands when it comes into `state`: one that follows its step, else the first."""
    rows = [row for row in case.route.steps if row["does"] == state] if case.route else []
    here = row_of(case)
    following = [row["slug"] for row in rows if here and row["slug"] in here["next"]]
    return next(iter([*following, *(row["slug"] for row in rows)]), state)
