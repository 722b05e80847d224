"""An ask on its way: the ask, its case, the legs at offices, and what was said."""

from django.db import models
from django.db.models import Q

from tequio.circuit.models.entry import AskKind, EntryPoint, Promise, Route
from tequio.circuit.states import ANSWERS, STATE_CHOICES, Evidence, LegOutcome, Rung, Word
from tequio.circuit.tokens import new_token
from tequio.kernel import clock
from tequio.kernel.due import DueRow
from tequio.network.models import Administration, Mandate, Office, Organisation
from tequio.reference.models import Country, Field, Region, Subfield

OWNED = Q(closed_at__isnull=False) | Q(owner__isnull=False, due_at__isnull=False)


class Ask(DueRow):
    """What somebody wants, and who they are: an asker, not a person. No case until it is confirmed.

    `held_at`: confirmed, but kept from every office until the coordinating office has looked (`held_why`). `desk`: the
    entry point that the asker chose; None: the hub chooses.
    """

    kind = models.ForeignKey(AskKind, on_delete=models.PROTECT, related_name="asks")
    name = models.CharField(max_length=120)
    address = models.EmailField(max_length=254, db_index=True)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8)
    zone = models.CharField(max_length=64)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation_typed = models.CharField(max_length=200, blank=True)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    field = models.ForeignKey(Field, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subfield = models.ForeignKey(Subfield, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(EntryPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    key = models.CharField(max_length=64, unique=True)
    network = models.CharField(max_length=32, db_index=True)
    address_version = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField(default=clock.now, db_index=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_why = models.JSONField(default=list)
    discarded_at = models.DateTimeField(null=True, blank=True)
    muted_at = models.DateTimeField(null=True, blank=True)

    @property
    def place(self) -> str:
        """The place as the asker gave it: the school listed or typed, the state, the country."""
        parts = (self.organisation or self.organisation_typed, self.region, self.country)
        return ", ".join(str(part) for part in parts if part)

    @property
    def subject(self) -> str:
        return str(self.subfield or self.field or "")

    @property
    def lead(self) -> str:
        """What tells this ask from others of its kind: the school or whoever asks, and the topic."""
        who = str(self.organisation or self.organisation_typed or self.on_behalf_of or self.name)
        return " · ".join(part for part in (who, self.subject) if part)

    @property
    def whereabouts(self) -> str:
        """The state and the country, where `place` also names the school."""
        return ", ".join(str(part) for part in (self.region, self.country) if part)


class Case(DueRow):
    """The record of an ask's way round. `opened_at` is the asker's clock; `due_on` the one date told to them.

    `step`: the row of its route at which it stands; `state` is what the engine does there. `office_says` and
    `asker_says` are the last word of either, and neither overwrites the other; until `dispute_at` the asker may
    contradict the office, after it silence agrees. `wake_at`: when that has to be looked at.
    """

    ref = models.CharField(max_length=16, unique=True)
    ask = models.OneToOneField(Ask, on_delete=models.PROTECT, related_name="case")
    kind = models.ForeignKey(AskKind, on_delete=models.PROTECT, related_name="cases")
    route = models.ForeignKey(Route, null=True, on_delete=models.PROTECT, related_name="cases")
    owner = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=12, choices=STATE_CHOICES, default="at-desk")
    step = models.CharField(max_length=40, default="at-desk")
    opened_at = models.DateTimeField(default=clock.now)
    first_due_on = models.DateField()
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    office_says = models.CharField(max_length=12, choices=Word, blank=True)
    asker_says = models.CharField(max_length=12, choices=Word, blank=True)
    dispute_on = models.DateField(null=True, blank=True)
    dispute_at = models.DateTimeField(null=True, blank=True)
    appeals = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    link_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=OWNED, name="open_case_has_owner_and_date")]
        indexes = [
            models.Index(fields=["owner"], condition=Q(closed_at=None), name="case_open"),
            models.Index(fields=["kind", "opened_at"], name="case_asked"),
            models.Index(fields=["kind", "closed_at"], condition=Q(state="done"), name="case_done"),
        ]

    def __str__(self) -> str:
        return self.ref.upper()

    def way(self) -> models.QuerySet["Leg"]:
        """The legs on the way of the case itself: not the opinions, nor what was taken back before it was answered."""
        return self.legs.filter(asked_by=None).exclude(outcome=LegOutcome.UNDONE)


class Leg(DueRow):
    """One stay of a case at one office, with a copy of what the office had promised.

    `due_at` stands from the first instant: reckoned from `opened_at`, and anew from `delivered_at` once there is
    evidence that the ask reached the office (`evidence`). `due_version` is raised each time the date moves.
    `asked_by`: the leg whose office wants this opinion; None for the way of the case itself. `elsewhere_on`: the day
    on which the office says that it answered elsewhere. `mail_token`: the secret part of the mail address at which
    the office answers this leg. `turn`: what its end has just changed for the new asks of its office, "quiet" or
    "back" (`actions/service.py`).
    """

    turn = ""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legs")
    number = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="legs")
    kind = models.ForeignKey(AskKind, on_delete=models.PROTECT, related_name="legs")
    entry_point = models.ForeignKey(EntryPoint, null=True, on_delete=models.PROTECT, related_name="legs")
    promise = models.ForeignKey(Promise, null=True, on_delete=models.PROTECT, related_name="legs")
    administration = models.ForeignKey(Administration, null=True, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=40, default="at-desk")
    days = models.PositiveSmallIntegerField()
    rung = models.CharField(max_length=12, choices=Rung)
    why = models.JSONField(default=dict)
    came_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="went_to")
    asked_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="opinions")
    task = models.TextField(blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True, blank=True)
    evidence = models.CharField(max_length=12, choices=Evidence, blank=True)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    due_version = models.PositiveSmallIntegerField(default=1)
    reckoning = models.JSONField(default=dict)
    stage = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    elsewhere_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=LegOutcome, blank=True)
    tallied_at = models.DateTimeField(null=True, blank=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    mail_token = models.CharField(max_length=12, null=True, unique=True, default=new_token)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="leg_number"),
            models.CheckConstraint(condition=OWNED, name="open_leg_has_office_and_date"),
        ]
        indexes = [
            models.Index(fields=["owner", "closed_at", "due_at"], name="leg_inbox"),
            models.Index(fields=["owner", "kind"], condition=Q(tallied_at=None), name="leg_untallied"),
            models.Index(fields=["promise"], condition=Q(closed_at=None), name="leg_waiting"),
            models.Index(fields=["opened_at"], name="leg_opened"),
            models.Index(fields=["closed_at"], name="leg_closed"),
        ]

    @property
    def in_time(self) -> bool | None:
        """Whether the office kept its date; None while it may still do so, or was not given the time."""
        if self.outcome in ANSWERS and self.answered_at and self.due_at:
            return self.answered_at <= self.due_at
        if self.outcome == LegOutcome.MISSED:
            return False
        return None


class Pause(models.Model):
    """While the asker owes something: from the office's question to the reply or the asker's own date.

    `days_left`: the office's working days that stand still. The asker may contest it: nothing was missing.
    """

    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="pauses")
    began_at = models.DateTimeField(default=clock.now)
    days_left = models.PositiveSmallIntegerField(default=1)
    asker_due_on = models.DateField()
    asker_due_at = models.DateTimeField()
    contested_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["leg"], condition=Q(ended_at__isnull=True), name="one_pause_at_a_time"
            )
        ]


class Referral(DueRow):
    """A member to whom a chapter has forwarded an ask. Nobody else learns who it is, unless they say yes."""

    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="referrals")
    name = models.CharField(max_length=120)
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=8)
    note = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    said = models.CharField(
        max_length=8, choices=[("yes", "yes"), ("no", "no"), ("silent", "silent")], blank=True
    )
    shown_name = models.CharField(max_length=120, blank=True)
    shown_contact = models.CharField(max_length=254, blank=True)
    text = models.TextField(blank=True)
    link_version = models.PositiveSmallIntegerField(default=1)


class Event(models.Model):
    """What was said or done in a case, by whom. One voice never overwrites another."""

    class Voice(models.TextChoices):
        ASKER = "asker"
        OFFICE = "office"
        HUB = "hub"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    leg = models.ForeignKey(Leg, null=True, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=40)
    voice = models.CharField(max_length=6, choices=Voice)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        ordering = ["case", "at", "pk"]
