"""A post whose dates run out, and what the rule of equal service says of it, from the tables and from the journal."""

import json
from datetime import datetime

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.models import Digest, Leg
from tequio.circuit.queries.service import quiet_posts, quiet_posts_in_journal
from tequio.journal.models import Entry
from tequio.kernel import due
from tequio.network.models import Mandate
from tequio.notices.models import Letter
from tests.cast import Cast, mail_is_taken, open_leg_of, work
from tests.conftest import Clock

SUPPORT = "consular-support"


def run_out(cast: Cast, clock: Clock, times: int = 1) -> list[Leg]:
    """So many dates run out at the embassy, one after the other; their legs."""
    found = []
    for _ in range(times):
        leg = cast.leg(SUPPORT, address=f"a{Leg.objects.count()}@example.net")
        assert leg.owner == cast.office("embassy-de")
        pass_date(clock)
        found.append(Leg.objects.get(pk=leg.pk))
    assert {leg.outcome for leg in found} == {"missed"}
    return found


def work_without_letters() -> None:
    """The worker's round, save the daily letters and the mail server's part: quicker, and the same for every ask."""
    due.work_off(kinds=[kind for kind in due.handlers if kind not in (Digest, Letter)])
    mail_is_taken()


def pass_date(clock: Clock) -> None:
    """Two weeks in one go: the dates of today's asks pass, and they climb."""
    clock.forward(days=14)
    work()


def answer(leg: Leg, by: Mandate) -> None:
    decline_leg(open_leg_of(leg.case), by=by, reason="full")


def quiet_offices() -> dict[str, datetime]:
    """The posts that get no new ask, and since when: the same from the tables and from the journal alone."""
    tables, journal = quiet_posts(), quiet_posts_in_journal()
    assert tables == journal
    assert tables.keys() == turned()
    return tables


def turned() -> set[str]:
    """The posts that were turned quiet and not back, by what the entries of the acts themselves say."""
    found: set[str] = set()
    for entry in Entry.objects.order_by("sequence"):
        facts = json.loads(entry.facts)
        closes = facts.get("closes") or {}
        closed = closes if isinstance(closes, list) else [closes]
        for turn in [facts.get("turn"), *(each.get("turn") for each in closed)]:
            if turn:
                found = found | {entry.office} if turn == "quiet" else found - {entry.office}
    return found
