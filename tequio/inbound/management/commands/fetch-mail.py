"""`tequio fetch-mail`: what the worker does each minute, by hand and with progress."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tequio.inbound.actions import try_again
from tequio.inbound.fetching import Unreachable, fetch


class Command(BaseCommand):
    help = (
        "Fetches new mail from the folder that IMAP_URL names. It can be stopped and run again at any moment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="also files again what could not be filed before"
        )

    def handle(self, *, again: bool, **options: Any) -> None:
        if again:
            self.stdout.write(f"{try_again()} mails are filed again by the worker.")
        if not settings.IMAP_URL:
            if again:
                return
            raise CommandError("Set IMAP_URL to the folder to fetch from: imaps://user:password@host/folder")
        try:
            found = fetch(self._progress)
        except Unreachable as error:
            raise CommandError(f"The mail server said: {error}") from error
        self.stdout.write(f"{found} mails are kept.")

    def _progress(self, done: int, of: int) -> None:
        if done == of or done % 25 == 0:
            self.stderr.write(f"{done} of {of}")
