"""The support that posts give, from cases alone, and whom they serve: chapters in their jurisdiction, with as many
active members as the chapters themselves say.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from tequio.circuit.queries.figures import Figures
from tequio.circuit.queries.record import answers
from tequio.circuit.queries.routing import central_of
from tequio.circuit.queries.service import posts
from tequio.circuit.statistics import RATE_FROM
from tequio.network.models import Hub, Kind, MemberCount, Office, Organisation


@dataclass(frozen=True)
class Chapter:
    """A chapter that a post serves; `members`: None where it has not said how many it is."""

    name: str
    members: int | None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Post:
    """The office of a post, with its row of dates that ran out (`near_since`, `quiet_since`); its counts; where its
    new asks go, or would go after one more (None: none is near); the chapters that it serves.
    """

    office: Any
    figures: Figures
    central: Office | None
    chapters: list[Chapter]

    @property
    def members(self) -> int:
        """The active members of those chapters that have said how many they are."""
        return sum(chapter.members or 0 for chapter in self.chapters)

    @property
    def said(self) -> int:
        """How many of the chapters have."""
        return sum(chapter.members is not None for chapter in self.chapters)

    @property
    def for_ten(self) -> float | None:
        """Answers by the date for each ten active members; None below ten answers that were due."""
        enough = self.figures.matured >= RATE_FROM and self.members
        return 10 * self.figures.kept / self.members if enough else None


def posts_for(chapter: Any) -> list[Post]:
    """The posts for a chapter's place, while one of them is near the limit or past it; `chapter`: its office, as its
    desk reads it. No query at any other time.
    """
    organisation = chapter.organisation
    if organisation.kind != Kind.CHAPTER or not chapter.posts_near:
        return []
    serving = {"home": organisation.home_id, "jurisdictions": organisation.country_id}
    return _with_counts(_listed().filter(**{f"organisation__{name}": pk for name, pk in serving.items()}), {})


def posts_of(hubs: Iterable[Hub]) -> list[Post]:
    """The posts of these hubs, by name, each with the chapters in its jurisdiction."""
    homes = [hub.pk for hub in hubs]
    chapters = Organisation.objects.filter(
        kind=Kind.CHAPTER, home__in=homes, country__posts__isnull=False, withdrawn_on=None, closed_on=None
    )
    serves: dict[int, list[Chapter]] = defaultdict(list)
    last = MemberCount.objects.filter(organisation=OuterRef("pk")).order_by("-said_at", "-pk")
    chapters = chapters.annotate(post=F("country__posts"), counted=Subquery(last.values("members")[:1]))
    for chapter in chapters.order_by("sort_key", "pk"):
        serves[chapter.post].append(Chapter(str(chapter), chapter.counted))
    return _with_counts(_listed().filter(organisation__home__in=homes), serves)


def elsewhere(office: Any) -> Office | None:
    """Where new asks go now that do not go to the office, read with `quiet_since`; None while they do."""
    return central_of(office) if office.quiet_since else None


def _listed() -> QuerySet[Any]:
    """The offices of posts that are entry points, by name."""
    listed = {"organisation__withdrawn_on": None, "organisation__closed_on": None}
    offices = posts().filter(entry_point__withdrawn_on=None, entry_point__isnull=False, **listed)
    return offices.select_related("organisation", "entry_point").order_by("organisation__sort_key", "pk")


def _with_counts(offices: QuerySet[Any], serves: dict[int, list[Chapter]]) -> list[Post]:
    found = list(offices)
    if not found:
        return []
    totals: dict[str, Figures] = defaultdict(Figures)
    for (code, _kind), figures in answers(owner__in=found).items():
        totals[code].add(figures)
    return [
        Post(
            office,
            totals[office.code],
            central_of(office) if office.near_since else None,
            serves.get(office.organisation_id, []),
        )
        for office in found
    ]
