"""Who is told what, and when: ticks of a leg's clock, an office's daily digest, what somebody has muted."""

from django.db import models
from django.db.models import Q

from tequio.circuit.models.case import Case, Leg
from tequio.circuit.models.commitment import Commitment
from tequio.circuit.models.entry import AskKind
from tequio.circuit.states import Measure
from tequio.kernel import clock
from tequio.kernel.due import DueRow
from tequio.network.models import Administration, Office


class Tick(models.Model):
    """A reminder or a rung that has happened: once for each leg, kind and version of the due date."""

    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="ticks")
    kind = models.CharField(max_length=12)
    due_version = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["leg", "kind", "due_version"], name="tick_once")]


class Digest(DueRow):
    """An office's daily letter: `wake_at` is the next hour of its working day at which there is something to say."""

    office = models.OneToOneField(Office, on_delete=models.CASCADE, related_name="digest")
    last_on = models.DateField(null=True, blank=True)
    sent = models.PositiveIntegerField(default=0)


class DigestLine(models.Model):
    """One thing that an office is told in its next digest. `key` makes it once."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="digest_lines")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="digest_lines")
    leg = models.ForeignKey(Leg, null=True, on_delete=models.CASCADE, related_name="digest_lines")
    commitment = models.ForeignKey(
        Commitment, null=True, on_delete=models.CASCADE, related_name="digest_lines"
    )
    topic = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["office", "at", "pk"]
        indexes = [models.Index(fields=["office"], condition=Q(sent_at=None), name="digest_unsent")]


class Mute(models.Model):
    """A topic of which an office's digest says nothing more: a case (its reference) or a kind of line."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="mutes")
    topic = models.CharField(max_length=60)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "topic"], name="mute_once")]


class Spread(models.Model):
    """Of what is tallied, how often (`times`) a measure had a value, by office and kind. No fact of its own either."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="spreads")
    kind = models.ForeignKey(AskKind, on_delete=models.PROTECT, related_name="spreads")
    measure = models.CharField(max_length=12, choices=Measure)
    value = models.IntegerField()
    times = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "kind", "measure", "value"], name="spread_once")
        ]


class Tally(models.Model):
    """Counts of legs that can no longer change, by office, kind and administration; the ledger adds the rest live.

    The columns bear the names of the ledger's figures (`queries/figures.py`).
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="tallies")
    kind = models.ForeignKey(AskKind, on_delete=models.PROTECT, related_name="tallies")
    administration = models.ForeignKey(Administration, null=True, on_delete=models.PROTECT, related_name="+")
    asked = models.PositiveIntegerField(default=0)
    in_time = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    elsewhere = models.PositiveIntegerField(default=0)
    forwarded = models.PositiveIntegerField(default=0)
    opinions = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    passed_on = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    no_reply = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    undelivered = models.PositiveIntegerField(default=0)
    not_needed = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    pauses = models.PositiveIntegerField(default=0)
    contested = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    done_silent = models.PositiveIntegerField(default=0)
    not_done = models.PositiveIntegerField(default=0)
    disputed = models.PositiveIntegerField(default=0)
    silent = models.PositiveIntegerField(default=0)
    matured = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "kind", "administration"], name="tally_once"),
            models.UniqueConstraint(
                fields=["office", "kind"], condition=Q(administration=None), name="tally_once_without"
            ),
        ]
