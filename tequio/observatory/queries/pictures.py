"""What is to be drawn: each office's time to an answer, each night; a hub's weeks, with each release."""

from collections.abc import Iterator, Mapping
from datetime import date
from math import ceil
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tequio.charts.rules import Wanted
from tequio.circuit.models import AskKind
from tequio.circuit.queries.figures import Key
from tequio.circuit.statistics import Curve
from tequio.network.models import Hub, Office
from tequio.observatory.queries.pulse import Counts, Week, weeks
from tequio.observatory.queries.records import Written, key_of

WEEK_DAYS, WORKING_DAYS = 7, 5


def of_records(
    found: Mapping[Key, Written], kinds: Mapping[str, AskKind], offices: Mapping[str, Office], day: date
) -> list[Wanted]:
    """The drawings of all records, in each language; none below ten asks."""
    drawn = [(*key, each, curve) for key, each in found.items() if (curve := each.curve)]
    return [
        Wanted(
            key_of(offices[office].pk, kinds[kind].slug),
            language,
            "curve",
            _curve_data(f"{offices[office]} · {kinds[kind]}", curve, each.promised, day),
        )
        for language in _languages()
        for office, kind, each, curve in drawn
    ]


def _languages() -> Iterator[str]:
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield language


def _curve_data(source: str, drawn: Curve, promised: int | None, day: date) -> dict[str, Any]:
    median, last = drawn.median, drawn.steps[-1].time if drawn.steps else 0
    steps = []
    for step in drawn.steps:
        share, (low, high) = drawn.answered_by(step.time) or (0.0, (0.0, 0.0))
        steps.append([step.time, *(round(each, 4) for each in (share, low, high)), step.at_risk])
    if drawn.never:  # they are at risk to the end
        steps.append(
            [last + 1, *steps[-1][1:4], drawn.at_risk(last + 1)] if steps else [1, 0, 0, 0, drawn.never]
        )
    share = round(100 * (1 - drawn.steps[-1].survival)) if drawn.steps else 0
    title = (
        _("Half had an answer by day %(day)d") % {"day": median}
        if median is not None
        else _("%(share)d %% had an answer by day %(day)d") % {"share": share, "day": last}
    )
    words = {"title": title, "share": share, "day": last, "n": drawn.n}
    labels = {"x": _("days since the ask"), "y": _("answered"), "at_risk": _("not answered yet")}
    if promised:
        labels["promised"] = ngettext(
            "promised: %(n)d working day", "promised: %(n)d working days", promised
        ) % {"n": promised}
    if median is not None:
        labels["median"] = _("half by day %(day)d") % {"day": median}
    return {
        "title": title,
        "alt": _("%(title)s; %(share)d %% of %(n)d asks by day %(day)d. The table has the numbers.") % words,
        "source": source,
        "as_of": _("As of %(day)s, from the hub's journal") % {"day": date_format(day)},
        "steps": steps,
        "promised_days": ceil(promised * WEEK_DAYS / WORKING_DAYS) if promised else None,
        "median": median,
        "labels": labels,
    }


def key_of_weeks(hub: Hub, week: date) -> str:
    return f"pulse/{hub.pk}/{week}"


def of_weeks(hub: Hub, said: dict[date, Counts], until: date) -> list[Wanted]:
    """The drawing of the weeks up to a release, in each language; none before two weeks have numbers of their own."""
    found = [week for week in weeks(said, until) if week.asked is not None]
    if len(found) < 2:
        return []
    key = key_of_weeks(hub, until)
    return [Wanted(key, language, "weeks", _weeks_data(hub, found, until)) for language in _languages()]


def _weeks_data(hub: Hub, found: list[Week], until: date) -> dict[str, Any]:
    last = found[-1]
    words = {"asked": last.asked, "answered": last.answered, "missed": last.missed}
    title = _("Last week %(asked)d asks came and %(answered)d were answered") % words
    series = [
        {"label": _("asked"), "values": [week.asked for week in found], "dye": "anil"},
        {"label": _("answered"), "values": [week.answered for week in found], "dye": "agave"},
        {"label": _("ran out"), "values": [week.missed for week in found], "dye": "grana"},
    ]
    return {
        "title": title,
        "alt": _("%(title)s; %(missed)d ran out. The table has every week.") % {"title": title, **words},
        "source": str(hub.home),
        "as_of": _("Published on %(day)s, from the hub's journal") % {"day": date_format(until)},
        "mondays": [str(week.week) for week in found],
        "series": series,
        "labels": {"y": _("asks a week")},
    }
