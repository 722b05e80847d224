"""Wanting drawings, and making them in the worker."""

from collections.abc import Collection, Iterable

from tequio.charts.models import Drawing
from tequio.charts.rules import FIGURES, Wanted, sha_of
from tequio.kernel import clock
from tequio.kernel.bulk import insert_rows

NAMES = ("key", "language", "figure", "data", "sha", "wake_at")
IF_OTHER = """(key, language) DO UPDATE SET figure = excluded.figure, data = excluded.data, sha = excluded.sha,
              wake_at = excluded.wake_at, leased_until = NULL WHERE charts_drawing.sha <> excluded.sha"""


def want(drawings: Iterable[Wanted]) -> None:
    """Has these drawn, in the transaction of who wants them, by one statement for any number of them.

    What is wanted as it was before is left alone; of what has changed the old picture is shown until the worker has
    drawn the new one. Refuses a figure that there is not.
    """
    now, rows = clock.now(), []
    for each in sorted(drawings, key=lambda wanted: wanted[:2]):
        if each.figure not in FIGURES:
            raise ValueError(f"there is no figure {each.figure}")
        rows.append((each.key, each.language, each.figure, each.data, sha_of(each), now))
    insert_rows(Drawing, NAMES, rows, on_conflict=IF_OTHER)


def drop(keys: Collection[str]) -> None:
    """Forgets these, in every language."""
    Drawing.objects.filter(key__in=keys).delete()


def draw(drawing: Drawing) -> None:
    """Draws a claimed row, outside of any transaction, and shows it. Wanted otherwise meanwhile, it stays due."""
    from tequio.charts import figures  # some 200 MB of memory, in the worker alone

    made = figures.draw(drawing.figure, drawing.language, drawing.data)
    Drawing.objects.filter(pk=drawing.pk, sha=drawing.sha).update(
        svg=made.svg,
        shown=drawing.sha,
        alt=drawing.data["alt"],
        width=made.width,
        height=made.height,
        drawn_at=clock.now(),
        wake_at=None,
        leased_until=None,
    )
