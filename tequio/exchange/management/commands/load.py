"""`tequio load mx`: loads a country pack and all that it requires, or nothing."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tequio.exchange.pack.reading import BadPack, available
from tequio.exchange.pack.saving import Progress, load

SHOWN = 50
WIDTH = 30


class Command(BaseCommand):
    help = "Loads a country pack and the packs that it requires. A second run changes nothing."
    requires_system_checks: list[str] = []
    unended = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help="the name of a folder of packs, such as mx")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="end with one JSON object of counts")

    def handle(self, *, pack: str, dry_run: bool, json: bool, **options: Any) -> None:
        packs = available(settings.PACKS)
        if pack not in packs:
            self.fail(f'There is no pack "{pack}". Packs here: {", ".join(packs) or "none"}.')
        try:
            counts = load(settings.PACKS, pack, dry_run=dry_run, progress=self.progress())
        except BadPack as bad:
            self.tell(bad)
            found = f"{len(bad.errors)} error{'s' if len(bad.errors) > 1 else ''}"
            self.fail(f'The pack "{pack}" has {found}: nothing was loaded.')
        except KeyboardInterrupt:
            self.fail("Stopped: nothing was loaded. It can be run again.", 130)
        self.stdout.write(sentence(pack, counts, dry_run))
        if json:
            self.stdout.write(dumps(counts))

    def progress(self) -> Progress:
        """A bar on a terminal; elsewhere a line at each quarter of the way."""
        shown = -1

        def bar(what: str, done: int, of: int) -> None:
            filled = WIDTH * done // of
            end = "\n" if done == of else ""
            self.stderr.write(f"\r[{'#' * filled:<{WIDTH}}] {what:<40}{end}", str, ending="")
            self.stderr.flush()
            self.unended = done < of

        def lines(what: str, done: int, of: int) -> None:
            nonlocal shown
            if (quarter := 4 * done // of) > shown:
                shown = quarter
                self.stderr.write(f"{100 * done // of} % {what}", str)

        return bar if self.stderr.isatty() else lines

    def tell(self, bad: BadPack) -> None:
        self.end_bar()
        for error in bad.errors[:SHOWN]:
            self.stderr.write(str(error))
        if len(bad.errors) > SHOWN:
            self.stderr.write(f"… and {len(bad.errors) - SHOWN} more")

    def end_bar(self) -> None:
        if self.unended:
            self.stderr.write("\n", ending="")
        self.unended = False

    def fail(self, message: str, code: int = 1) -> None:
        self.end_bar()
        self.stderr.write(message)
        sys.exit(code)


def dumps(counts: dict[str, int]) -> str:
    return json.dumps(counts)


def sentence(pack: str, counts: dict[str, int], dry_run: bool) -> str:
    changes = [f"{n:,} {name}" for name, n in counts.items() if n and name != "unchanged"]
    if not changes:
        return f'The pack "{pack}" is up to date: {counts["unchanged"]:,} rows, none changed.'
    told = ", ".join((*changes, f"{counts['unchanged']:,} unchanged"))
    if dry_run:
        return f'The pack "{pack}" would change: {told}. Nothing was written.'
    return f'The pack "{pack}" is loaded: {told}.'
