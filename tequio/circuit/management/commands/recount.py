"""`tequio recount`: dates of open asks by the calendars of today, after an upgrade of the library of holidays."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tequio.circuit.actions.recounting import recount_leg, running_legs, would_move
from tequio.reference.holidays import version


class Command(BaseCommand):
    help = "Counts the dates of all open asks anew; whoever was told another date is told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would move, and move nothing")
        parser.add_argument("--json", action="store_true", help="end with one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        say = self.stderr if options["json"] else self.stdout
        counted = moved = 0
        legs = running_legs().select_related("case", "owner__organisation").order_by("pk")
        for leg in legs.iterator(chunk_size=500):
            counted += 1
            move = would_move(leg)
            if move and not options["dry_run"]:
                move = recount_leg(leg)
            if move:
                moved += 1
                say.write(f"{leg.case}, leg {leg.number}: {move.before} is {move.after} now")
        would = "would move" if options["dry_run"] else "moved"
        say.write(f"{counted} dates counted by holidays {version()}, {moved} {would}.")
        if options["json"]:
            found = {"counted": counted, "moved": moved, "unchanged": counted - moved}
            self.stdout.write(json.dumps({**found, "dry_run": options["dry_run"], "holidays": version()}))
        sys.stdout.flush()
