"""`tequio erase RECEIPT`: erases what is personal in a closed ask, at its asker's wish."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.models import Case
from tequio.kernel.errors import Refused


class Command(BaseCommand):
    help = "Erases the asker's name, address and words of a closed ask; what the ledger counts stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("receipt", help="the receipt number, such as MX-7K3F9QPD")

    def handle(self, *args: Any, **options: Any) -> None:
        case = Case.objects.filter(ref=options["receipt"].lower()).first()
        if case is None:
            raise CommandError(f"No ask has the receipt number {options['receipt']}.")
        try:
            erase_case(case)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{case.ref.upper()}: name, address and words are erased; dates and outcome stay.")
