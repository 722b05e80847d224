"""Organisations, their offices, and who holds them until when."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from tequio.kernel import clock
from tequio.kernel.due import DueRow
from tequio.kernel.texts import pick
from tequio.people.models import Person
from tequio.reference.models import Country, Region, Source


class Kind(models.TextChoices):
    CHAPTER = "chapter", _("Chapter")
    NODE = "node", _("Node")
    POST = "post", _("Embassy or consulate")
    AGENCY = "agency", _("Government agency")
    UNIVERSITY = "university", _("University")
    CENTRE = "centre", _("Research centre")
    SCHOOL = "school", _("School")
    ASSOCIATION = "association", _("Association")
    FOUNDATION = "foundation", _("Foundation")
    COMPANY = "company", _("Company")
    COUNCIL = "council", _("Council")


class Organisation(models.Model):
    """A body that takes part. `home` is the country whose hub it belongs to; `country` is where it sits.

    `subdivision`: the ISO 3166-2 code whose public holidays it keeps, where `region` does not say it. `closed_on`:
    the first day on which it no longer exists; its successions say who came after it.
    """

    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    names = models.JSONField()
    own_name = models.CharField(max_length=300)
    acronym = models.CharField(max_length=60, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    home = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(
        Country, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    jurisdictions = models.ManyToManyField(Country, blank=True, related_name="posts")
    city = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    zone = models.CharField(max_length=64)
    subdivision = models.CharField(max_length=6, blank=True)
    website = models.CharField(max_length=500, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    demo = models.BooleanField(default=False)
    withdrawn_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    search_text = models.TextField(blank=True)
    sort_key = models.CharField(max_length=300, blank=True, db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "sort_key"], name="organisation_list"),
            models.Index(fields=["withdrawn_on", "kind", "country", "region"], name="organisation_facets"),
        ]

    def __str__(self) -> str:
        return pick(self.names)


class Claim(models.Model):
    """What an outside register calls an organisation: a claim with its source, never a key."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="claims")
    scheme = models.CharField(max_length=20)
    value = models.CharField(max_length=120)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "scheme"], name="claim_once")]


class Office(models.Model):
    """A seat in an organisation with a remit. Each organisation has one head office."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="offices")
    titles = models.JSONField()
    is_head = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(is_head=True), name="one_head_office"
            )
        ]

    def __str__(self) -> str:
        return f"{pick(self.titles)}, {self.organisation}"

    @property
    def code(self) -> str:
        """How the journal names the office."""
        return f"{self.organisation.slug}/{self.pk}"


class Role(models.TextChoices):
    HOLDER = "holder", _("Holder")
    DEPUTY = "deputy", _("Deputy")


class MandateQuerySet(models.QuerySet["Mandate"]):
    def current(self) -> "MandateQuerySet":
        now = clock.now()
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)

    def with_absence(self, at: datetime | None = None) -> "MandateQuerySet":
        """Each with the absence that runs now (or `at` an instant), if any: `away_until` and `stand_in_now`."""
        now = at or clock.now()
        running = Absence.objects.filter(
            mandate=OuterRef("pk"), cancelled_at=None, starts_at__lte=now, ends_at__gt=now
        ).order_by("pk")
        known = {"away_until": "ends_at", "stand_in_now": "stand_in"}
        return self.annotate(**{name: Subquery(running.values(of)[:1]) for name, of in known.items()})


class Mandate(DueRow):
    """The dated holding of an office by a person; `ends_at` is the first instant without it.

    Read `with_absence`, it knows its absence of now; `replaced`: somebody else acts meanwhile.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="mandates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(max_length=8, choices=Role)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    show_name = models.BooleanField(default=False)
    objects = MandateQuerySet.as_manager()

    away_until: datetime | None = None
    stand_in_now: int | None = None
    replaced = False

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=models.F("starts_at")),
                name="mandate_ends_late",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.office}"

    @property
    def last_day(self) -> date | None:
        return clock.last_day(self.ends_at, self.office.organisation.zone) if self.ends_at else None

    @property
    def away_to(self) -> date | None:
        """The last day of the absence that runs now."""
        zone = self.office.organisation.zone
        return clock.last_day(self.away_until, zone) if self.away_until else None


class Absence(DueRow):
    """Days on which a holder does not act: the stand-in does, else the deputies; alone, the holder still may."""

    mandate = models.ForeignKey(Mandate, on_delete=models.CASCADE, related_name="absences")
    stand_in = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="stands_in")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="absence_lasts")
        ]

    @property
    def first_day(self) -> date:
        return self.starts_at.astimezone(ZoneInfo(self.mandate.office.organisation.zone)).date()

    @property
    def last_day(self) -> date:
        return clock.last_day(self.ends_at, self.mandate.office.organisation.zone)

    @property
    def runs(self) -> bool:
        return self.cancelled_at is None and self.starts_at <= clock.now() < self.ends_at


class Closure(models.Model):
    """Days on which an organisation is closed. `counts`: it was declared before it began, so clocks stand still."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    name = models.CharField(max_length=120)
    declared_at = models.DateTimeField(default=clock.now)
    declared_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    counts = models.BooleanField(default=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=models.F("first_day")), name="closure_lasts")
        ]


class Administration(models.Model):
    """A government of a country, between two dates, as its country pack says."""

    home = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="administrations")
    slug = models.SlugField(max_length=60)
    names = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["home", "starts_on"]
        constraints = [models.UniqueConstraint(fields=["home", "slug"], name="administration_slug")]

    def __str__(self) -> str:
        return pick(self.names)

    @property
    def code(self) -> str:
        """How the journal names it."""
        return f"{self.home_id}/{self.slug}"


class Transition(DueRow):
    """A change of government: the mandates of these organisations end, and what is open is put before who comes.

    `decide_on`: the last day to decide; what is undecided then is public as undecided.
    """

    home = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="transitions")
    name = models.CharField(max_length=200)
    administration = models.ForeignKey(Administration, null=True, on_delete=models.PROTECT, related_name="+")
    organisations = models.ManyToManyField(Organisation, related_name="transitions")
    at = models.DateTimeField(default=clock.now)
    decide_on = models.DateField()
    decide_at = models.DateTimeField()
    declared_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """What became of an organisation on a day: renamed, merged, split or closed, and who came after it."""

    class Kind(models.TextChoices):
        RENAMED = "renamed", _("Renamed")
        MERGED = "merged", _("Merged")
        SPLIT = "split", _("Split")
        CLOSED = "closed", _("Closed")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="successions")
    kind = models.CharField(max_length=8, choices=Kind)
    on = models.DateField()
    successors = models.ManyToManyField(Organisation, blank=True, related_name="predecessors")
    names_before = models.JSONField(default=dict)
    why = models.TextField(blank=True)
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]


class MemberCount(models.Model):
    """How many active members a chapter, node or association says that it has, and since when: a number, never a list.
    The latest is the one that holds.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="member_counts")
    members = models.PositiveIntegerField()
    said_by = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-said_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.members}"


class Hub(models.Model):
    """A country that this installation serves, and the office that takes what nobody answers."""

    home = models.OneToOneField(Country, on_delete=models.PROTECT, primary_key=True, related_name="hub")
    coordination = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()


class Invitation(models.Model):
    """An address asked by the coordinating office to hold an office; its bearer confirms by the link.

    `hands_over`: the holder's mandate that ends when it is accepted, with what that holder has `learnt`.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=8, choices=Role, default=Role.HOLDER)
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=8, default=settings.LANGUAGE_CODE)
    invited_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    hands_over = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    learnt = models.TextField(blank=True)
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    version = models.PositiveSmallIntegerField(default=1)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
