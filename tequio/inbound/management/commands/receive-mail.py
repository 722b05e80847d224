"""`tequio receive-mail < message`: what a mail server runs for each mail (Postfix: a pipe)."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError

from tequio.inbound.actions import receive
from tequio.inbound.addresses import is_ours

NOT_A_MAIL, NO_USER, TOO_BIG, TRY_AGAIN = os.EX_DATAERR, os.EX_NOUSER, os.EX_UNAVAILABLE, os.EX_TEMPFAIL


class Command(BaseCommand):
    help = (
        "Keeps a mail from standard input. Ends with 0 when it is kept, and else as sysexits.h says, so that the mail "
        "server refuses it at the door (65, 67, 69) or tries again later (75): the hub never writes back by itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", nargs="*", default=[], metavar="ADDRESS", help="the envelope's addresses")

    def handle(self, *, to: list[str], **options: Any) -> None:
        if to and not any(is_ours(address) for address in to):
            self._refuse(NO_USER, "None of these addresses is of this hub.")
        largest = settings.MAIL_MEGABYTES * 2**20
        raw = sys.stdin.buffer.read(largest + 1)
        if len(raw) > largest:
            self._refuse(TOO_BIG, f"A mail may have at most {settings.MAIL_MEGABYTES} MB.")
        if not raw.strip():
            self._refuse(NOT_A_MAIL, "There is no mail on standard input.")
        try:
            receive(raw, door="pipe", envelope=to)
        except DatabaseError as error:
            self._refuse(TRY_AGAIN, f"The database cannot take it now: {error}")

    def _refuse(self, code: int, why: str) -> None:
        self.stderr.write(why)
        sys.exit(code)
