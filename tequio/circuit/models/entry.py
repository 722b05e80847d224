"""Who may be asked what: kinds of ask with their routes, entry points, and the promises that offices signed."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from tequio.circuit.states import Need, Place
from tequio.kernel import clock
from tequio.kernel.due import DueRow
from tequio.kernel.texts import pick
from tequio.network.models import Mandate, Office
from tequio.reference.models import Country, Field, Region, Source, Subfield


class AskKind(models.Model):
    """A kind of ask, as its country's pack describes it."""

    home = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="kinds")
    slug = models.SlugField(max_length=60)
    order = models.PositiveSmallIntegerField(default=0)
    names = models.JSONField()
    leads = models.JSONField()
    askers = models.JSONField()
    prompts = models.JSONField()
    done_labels = models.JSONField()
    place = models.CharField(max_length=8, choices=Place)
    topic = models.CharField(max_length=8, choices=Need)
    topic_level = models.CharField(max_length=8, default="field")
    for_kinds = models.JSONField(default=list)
    asker_days = models.PositiveSmallIntegerField(default=7)
    declines = models.JSONField(default=list)
    pass_ons = models.JSONField(default=list)
    in_kind = models.BooleanField(default=False)
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["home", "order"]
        constraints = [models.UniqueConstraint(fields=["home", "slug"], name="kind_slug")]

    def __str__(self) -> str:
        return pick(self.names)


class Route(models.Model):
    """The table of a kind's steps, as a version that never changes: a case stays on the one that it began with.

    `steps`: rows with `slug`, `does` (a state of the engine), `label`, `who`, `days`, `next`, `asks`,
    `for_kinds`, `opinions`; the first is where an ask begins. The states that the hub itself knows are there
    whether a row names them or not.
    """

    kind = models.ForeignKey(AskKind, on_delete=models.PROTECT, related_name="routes")
    version = models.PositiveSmallIntegerField()
    steps = models.JSONField(default=list)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["kind", "version"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="route_version")]

    def __str__(self) -> str:
        return f"{self.kind}, {self.version}"

    def step(self, slug: str) -> dict[str, Any] | None:
        return next((row for row in self.steps if row["slug"] == slug), None)


class Remit(models.Model):
    """For which topics and territories; an empty list means all."""

    fields = models.ManyToManyField(Field, blank=True)
    subfields = models.ManyToManyField(Subfield, blank=True)
    regions = models.ManyToManyField(Region, blank=True)
    countries = models.ManyToManyField(Country, blank=True)

    class Meta:
        abstract = True


class EntryPoint(Remit):
    """An office to which certain kinds of ask can be brought. Without a promise it is only listed."""

    slug = models.SlugField(max_length=120, unique=True)
    office = models.OneToOneField(Office, on_delete=models.PROTECT, related_name="entry_point")
    kinds = models.ManyToManyField(AskKind, related_name="entry_points")
    fallback = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.office)


class PromiseQuerySet(models.QuerySet["Promise"]):
    def live(self) -> "PromiseQuerySet":
        now = clock.now()
        return self.filter(withdrawn_at__isnull=True, valid_from__lte=now, valid_until__gt=now)


class Promise(Remit, DueRow):
    """What an office signed: an answer within `days` working days to this kind of ask, until `valid_until`.

    Read among `promises_in_force`, it knows since when it brings no new ask (`quiet_since`).
    """

    entry_point = models.ForeignKey(EntryPoint, on_delete=models.PROTECT, related_name="promises")
    kind = models.ForeignKey(AskKind, on_delete=models.PROTECT, related_name="promises")
    days = models.PositiveSmallIntegerField()
    signed_by = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="promises")
    signed_at = models.DateTimeField(default=clock.now)
    valid_from = models.DateTimeField(default=clock.now)
    valid_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    objects = PromiseQuerySet.as_manager()

    quiet_since: datetime | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=90), name="promise_days"),
            models.UniqueConstraint(
                fields=["entry_point", "kind"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_promise_a_kind",
            ),
        ]

    @property
    def lapsed(self) -> bool:
        return self.valid_until <= clock.now()

    @property
    def last_day(self) -> date:
        return clock.last_day(self.valid_until, self.entry_point.office.organisation.zone)
