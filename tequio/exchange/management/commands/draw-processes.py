"""`tequio draw-processes FOLDER`: draws every kind of ask of the packs from its table."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from tequio.exchange.processes import documents


class Command(BaseCommand):
    help = "Writes docs/processes anew from the tables of the packs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with translation.override("en"):
            files = documents(settings.PACKS)
        for old in {path.name for path in folder.iterdir()} - files.keys():
            (folder / old).unlink()
        for name, text in files.items():
            (folder / name).write_text(text)
        self.stdout.write(f"{len(files) - 1} processes are drawn in {folder}.")
