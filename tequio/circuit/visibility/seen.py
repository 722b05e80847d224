"""An ask as a viewer may see it: what they may not is empty."""

from dataclasses import dataclass

from tequio.circuit.models import Ask, Leg
from tequio.circuit.visibility.table import Part, Reach, Viewer, reach


@dataclass(frozen=True)
class Seen:
    """The ask's own words for what it shows, by the same names; templates reach no more through it."""

    _ask: Ask
    _viewer: Viewer

    def _show(self, part: Part, value: object) -> str:
        return str(value) if value and reach(self._viewer, part) is Reach.ALL else ""

    @property
    def text(self) -> str:
        return self._show(Part.WORDS, self._ask.text)

    @property
    def name(self) -> str:
        return self._show(Part.NAME, self._ask.name)

    @property
    def on_behalf_of(self) -> str:
        return self._show(Part.BEHALF, self._ask.on_behalf_of)

    @property
    def place(self) -> str:
        return self._show(Part.PLACE, self._ask.place)

    @property
    def school(self) -> str:
        """The school, listed or typed, or else on whose behalf is asked."""
        return (
            self._show(Part.PLACE, self._ask.organisation or self._ask.organisation_typed)
            or self.on_behalf_of
        )

    @property
    def listed(self) -> str:
        """The school, where it is a listed one."""
        return self._show(Part.PLACE, self._ask.organisation)

    @property
    def typed(self) -> bool:
        return bool(self._show(Part.PLACE, self._ask.organisation_typed))

    @property
    def whereabouts(self) -> str:
        return self._show(Part.PLACE, self._ask.whereabouts)

    @property
    def subject(self) -> str:
        return self._show(Part.PLACE, self._ask.subject)

    @property
    def lead(self) -> str:
        """What tells this ask from others of its kind: the school or whoever asks, and the topic."""
        return " · ".join(part for part in (self.school or self.name, self.subject) if part)

    @property
    def owed_to(self) -> str:
        """How whoever is owed something by it is named in a line."""
        return self.on_behalf_of or self.name

    @property
    def language(self) -> str:
        return self._ask.language


def seen(ask: Ask, viewer: Viewer) -> Seen:
    return Seen(ask, viewer)


def viewer_at(leg: Leg) -> Viewer:
    """What the office of a leg is to the case, as far as the leg itself says."""
    if leg.asked_by_id:
        return Viewer.ADVISER
    return Viewer.HAS if leg.closed_at is None else Viewer.HAD


def seen_at(leg: Leg) -> Seen:
    """The ask as the office of the leg sees it."""
    return Seen(leg.case.ask, viewer_at(leg))
