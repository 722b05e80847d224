"""`tequio load-demo`: an invented network beside the real institutions, in demo mode only."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tequio.kernel.errors import Refused
from tequio.network.models import Organisation
from tequio.site.demo.loading import is_loaded, load


class Command(BaseCommand):
    help = "Loads the invented network and plays its stories up to today. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="end with one JSON object of counts")

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The invented network is loaded in demo mode only: set TEQUIO_DEMO=1.")
        if is_loaded():
            counts = {"created": 0, "updated": 0, "unchanged": Organisation.objects.filter(demo=True).count()}
            self.stdout.write("The demo is loaded: nothing to do.")
        else:
            self.stderr.write("Playing the stories of the invented network …", lambda text: text)
            try:
                counts = load()
            except Refused as refusal:
                raise CommandError(f"The demo was not loaded. {refusal}") from refusal
            self.stdout.write(f"The demo is loaded: {counts['created']} rows.")
        if options["json"]:
            self.stdout.write(json.dumps(counts))
