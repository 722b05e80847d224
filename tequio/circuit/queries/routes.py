"""The route of a case: the step at which it stands, the steps that follow it, and what each of them asks for."""

from typing import Any

from tequio.circuit.models import AskKind, Case, Leg, Route

DESK, MEMBER = "at-desk", "member"
OFFERED = ("question", "arranged", "declined")
Step = dict[str, Any]


def latest_route(kind: AskKind) -> Route | None:
    """The version on which a case that opens now begins; None for a kind without a table of its own."""
    return kind.routes.order_by("-version").first()


def row_of(case: Case) -> Step | None:
    """The row of the case's step in its route; None when the hub's own words have to do."""
    return case.route.step(case.step) if case.route else None


def desk_of(leg: Leg) -> Step | None:
    """The row of the desk at which a leg stands, whatever its asker owes meanwhile."""
    return leg.case.route.step(leg.step) if leg.case.route else None


def step_for(case: Case, state: str) -> str:
    """The step at which the case stands when it comes into `state`: one that follows its step, else the first."""
    rows = [row for row in case.route.steps if row["does"] == state] if case.route else []
    here = row_of(case)
    following = [row["slug"] for row in rows if here and row["slug"] in here["next"]]
    return next(iter([*following, *(row["slug"] for row in rows)]), state)


def first_desk(route: Route | None) -> Step | None:
    """The row of the office to which an ask comes first."""
    rows = [row for row in route.steps if with_office(row)] if route else []
    ahead = route.steps[0]["next"] if route and rows else []
    return next((row for row in [*(row for row in rows if row["slug"] in ahead), *rows]), None)


def with_office(row: Step) -> bool:
    """Whether an office answers at this step; a step with a member lies at the office before it."""
    return bool(row["does"] == DESK and row.get("who") != MEMBER)


def leads_to(case: Case, here: Step | None, state: str) -> bool:
    """Whether the route leads from the row `here` into a state of the engine.

    A table is obeyed in what it names. What an office can answer has to be named; where a case goes by its asker's
    word or by time need not.
    """
    if here is None or case.route is None:
        return True
    rows = {row["slug"] for row in case.route.steps if row["does"] == state}
    return bool(rows & set(here["next"])) if rows else state not in OFFERED


def has_member(case: Case) -> bool:
    """Whether the route has a step at which a member answers."""
    return any(row.get("who") == MEMBER for row in case.route.steps) if case.route else False


def next_desk(leg: Leg) -> Step | None:
    """The step of another organisation that follows when the office of the leg approves; None: there is none."""
    return _ahead(leg, member=False)


def member_step(leg: Leg) -> Step | None:
    """The step at which a member answers for the office of the leg; None: its route has none there."""
    here = desk_of(leg)
    return here if here and here.get("who") == MEMBER else _ahead(leg, member=True)


def _ahead(leg: Leg, *, member: bool) -> Step | None:
    here, route = desk_of(leg), leg.case.route
    rows = [route.step(slug) for slug in here["next"]] if here and route else []
    return next(
        (row for row in rows if row and row["does"] == DESK and (row.get("who") == MEMBER) is member), None
    )


def desk_again(case: Case, slug: str) -> str:
    """The step at which the next office begins when a leg at `slug` goes on to it: a member's is the desk's before."""
    row = case.route.step(slug) if case.route else None
    if row is None or case.route is None or row.get("who") != MEMBER:
        return slug
    desks = (each["slug"] for each in case.route.steps if with_office(each) and slug in each["next"])
    return next(desks, slug)


def kinds_for(case: Case, slug: str) -> list[str]:
    """The kinds of organisation that take a step; none named: all that may promise the kind."""
    row = case.route.step(slug) if case.route else None
    return list(row.get("for_kinds") or []) if row else []


def days_for(case: Case, slug: str) -> int:
    """The days that the route gives to a step; 0 when it leaves them to a promise or to the hub."""
    row = case.route.step(slug) if case.route else None
    return int(row.get("days") or 0) if row else 0


def asked_of(row: Step | None, *who: str) -> dict[str, str]:
    """What the step asks of whoever moves it, for a reader who is one of `who`; {} for others."""
    return dict(row.get("asks") or {}) if row and row.get("who") in who else {}
