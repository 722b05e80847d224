"""`tequio appoint-coordinator HOME ADDRESS`: how a hub gets its first person."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tequio.kernel.errors import Refused
from tequio.kernel.zones import is_zone
from tequio.network.actions import appoint_coordinator


class Command(BaseCommand):
    help = (
        "Makes a person the holder of a country's coordinating office; they sign in with their mail address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("home", help="the country, in two letters, such as MX")
        parser.add_argument("address", help="the person's mail address")
        parser.add_argument("--name", required=True, help="the person's name, as they write it")
        parser.add_argument("--language", default=settings.LANGUAGE_CODE, choices=dict(settings.LANGUAGES))
        parser.add_argument("--zone", help="the person's time zone; without it the office's")

    def handle(self, *, home: str, address: str, name: str, language: str, **options: Any) -> None:
        zone = options["zone"]
        if zone and not is_zone(zone):
            raise CommandError(f"{zone!r} is not a time zone; say one such as America/Mexico_City.")
        try:
            mandate = appoint_coordinator(home, address, name=name, language=language, zone=zone)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{mandate.person} now holds: {mandate.office}")
        self.stdout.write(f"They sign in at {settings.BASE_URL} with a code sent to their address.")
