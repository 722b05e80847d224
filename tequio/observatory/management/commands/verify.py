"""`tequio verify`: does the journal hold, and does it tell the same as the tables?"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from tequio.circuit.queries import owed, recalls, spreads
from tequio.circuit.queries.draws import misdrawn
from tequio.circuit.queries.figures import count
from tequio.circuit.queries.public import journal_end
from tequio.circuit.queries.record import full_from_tables, tallies_off
from tequio.circuit.queries.replay import replayed
from tequio.circuit.queries.service import quiet_posts, quiet_posts_in_journal
from tequio.journal.models import Head
from tequio.journal.queries import Verdict, verify
from tequio.kernel import clock
from tequio.observatory.queries import pulse

WITNESS = (
    "What this cannot see: a tail of the journal that was cut off together with its head. "
    "Only a copy of a digest kept elsewhere shows that."
)


@dataclass(frozen=True)
class Finding:
    """What was found: the chain's verdict, the offices and kinds whose figures differ (None: not countable), and
    those whose tallies are not the count of their legs.
    """

    chain: Verdict
    differ: list[str] | None
    tallies: list[str]

    @property
    def holds(self) -> bool:
        return self.chain.broken is None and self.differ == [] and not self.tallies


def compare(now: datetime) -> list[str] | None:
    """The offices and kinds whose figures in the tables are not those of the journal alone."""
    try:
        legs, states = replayed()
        journal, kept = count(legs.values(), now), owed.from_journal(now=now)
        spread, quiet = spreads.of_legs(legs, states, now), quiet_posts_in_journal()
        recalled, draws, weeks = recalls.from_journal(), misdrawn(), pulse.changed()
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    tables, promised = full_from_tables(now=now), owed.from_tables(now=now)
    lasting = spreads.from_tables(now=now)
    return [
        *sorted({*_differing(journal, tables), *_differing(spread, lasting)}),
        *(f"{key} (promised)" for key in _differing(kept, promised)),
        *(f"{key} (asked again)" for key in _differing(recalled, recalls.from_tables())),
        *(f"{draw} (draw)" for draw in draws),
        *(f"{week} (published week)" for week in weeks),
        *(f"{office} (new asks)" for office in sorted(quiet.keys() ^ quiet_posts().keys())),
    ]


def _differing(one: Mapping[Any, object], other: Mapping[Any, object]) -> list[str]:
    return sorted(named(key) for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def named(key: tuple[str, ...]) -> str:
    return " ".join(filter(None, key))


def look() -> Finding:
    return Finding(verify(), compare(clock.now()), tallies())


def tallies() -> list[str]:
    """The offices and kinds whose tallies are not the count of their legs."""
    return sorted({*map(named, tallies_off()), *map(named, spreads.spreads_off())})


def examine() -> Finding:
    """Looks without holding anybody up; looks again with the journal's head locked when acts came in between."""
    before = journal_end()
    found = look()
    if found.holds or journal_end() == before:
        return found
    with transaction.atomic():
        Head.objects.select_for_update(no_key=True).first()
        return look()


class Command(BaseCommand):
    help = "Walks the journal's chain, rebuilds the ledger from the journal alone and compares it with the tables."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="end with one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        found = examine()
        chain = found.chain
        self.stdout.write(f"{chain.entries} entries, {chain.erased} of them with an erased payload.")
        if chain.broken is None:
            self.stdout.write("The chain holds from the first entry to its head.")
        else:
            self.stdout.write(f"The chain is broken at entry {chain.broken}: {chain.why}.")
        if found.differ is None:
            self.stdout.write("The ledger cannot be rebuilt from this journal.")
        elif found.differ:
            self.stdout.write(
                f"The ledger of the tables is not the journal's for: {', '.join(found.differ)}."
            )
        else:
            self.stdout.write("The ledger rebuilt from the journal alone is the one of the tables.")
        if found.tallies:
            off = ", ".join(found.tallies)
            self.stdout.write(
                f"The tallies are not the count of their legs for: {off}. Mend: tequio retally."
            )
        head = Head.objects.first() or Head()
        self.stdout.write(f"Its head is entry {head.sequence}, digest {head.digest or 'none'}.")
        self.stdout.write(WITNESS)
        if options["json"]:
            self.stdout.write(as_json(found))
        if not found.holds:
            sys.exit(1)


def as_json(found: Finding) -> str:
    chain = found.chain
    return json.dumps(
        {
            "holds": found.holds,
            "entries": chain.entries,
            "erased": chain.erased,
            "broken": chain.broken,
            "why": chain.why,
            "ledger_differs": found.differ,
            "tallies_off": found.tallies,
        }
    )
