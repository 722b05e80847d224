"""Loading the demo: once, whole or not at all, through the hub's own verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from tequio.circuit.models import Ask
from tequio.kernel import clock
from tequio.network.models import Hub, Organisation
from tequio.people.models import Account
from tequio.site.demo import happenings, tables, timeline
from tequio.site.demo.staging import Stage
from tequio.site.demo.stories import Story


def is_loaded() -> bool:
    return Organisation.objects.filter(demo=True).exists()


def load() -> dict[str, int]:
    """Plays the stories up to the present and returns what was made; the country's pack is loaded before
    them when it is not there. Letters of the past go to the mailbox. Raises Refused when the coordinating
    office is already held.
    """
    network, told = tables.network(), tables.stories()
    days = timeline.days_from(network["opens"] - 1, network["zone"])
    named: dict[str, Story] = {}
    stories = [Story(row, told["asker"], number, named) for number, row in enumerate(told["story"])]
    with _letters_only_if_whole(), transaction.atomic():
        if not Hub.objects.filter(home=tables.PACK.upper()).exists():
            with clock.at(days.at(network["opens"] - 1)):
                call_command("load", tables.PACK)
        stage = Stage(network, days)
        timeline.play([stage.opening()], until=days.at(network["opens"]))
        acts = [*stage.acts(), *happenings.acts(tables.happenings()["happening"], days)]
        acts += [act for story in stories for act in story.acts(days)]
        timeline.play(acts, until=days.present)
    ahead = days.present - clock.now()
    if ahead.total_seconds() > 0:
        clock.move(ahead)
    made = (Organisation.objects.filter(demo=True), Account.objects, Ask.objects)
    return {"created": sum(rows.count() for rows in made), "updated": 0, "unchanged": 0}


@contextmanager
def _letters_only_if_whole() -> Iterator[None]:
    folder = Path(settings.MAIL_DIR)
    before = set(folder.glob("*.eml"))
    try:
        yield
    except BaseException:
        for letter in set(folder.glob("*.eml")) - before:
            letter.unlink()
        raise
