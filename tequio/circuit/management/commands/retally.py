"""`tequio retally`: builds the ledger's tallies anew from the legs."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tequio.circuit.actions.tallying import retally


class Command(BaseCommand):
    help = "Throws away the counts of what can no longer change and counts it anew. The ledger is right meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="end with one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        cases = retally()
        self.stdout.write(
            json.dumps({"tallied": cases}) if options["json"] else f"{cases} cases tallied anew."
        )
