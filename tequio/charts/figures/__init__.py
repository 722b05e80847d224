"""The figures: from plain numbers and translated words to a picture. The same data give the same bytes."""

from collections.abc import Callable, Mapping
from typing import Any

from tequio.charts.figures.bars import bars
from tequio.charts.figures.curve import curve
from tequio.charts.figures.sheet import Picture
from tequio.charts.figures.weeks import weeks

DRAW: dict[str, Callable[[Any, str], Picture]] = {"curve": curve, "weeks": weeks, "bars": bars}


def draw(figure: str, language: str, data: Mapping[str, Any]) -> Picture:
    """The picture of `data`, whose shape is that of the figure in `rules`; raises where it is not."""
    return DRAW[figure](data, language)
