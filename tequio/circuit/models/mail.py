"""The circuit by mail: what was written to an office, what came back, and how an office wants its letters."""

from django.db import models
from django.db.models import Q

from tequio.circuit.models.case import Event, Leg
from tequio.circuit.states import MailState, Way
from tequio.inbound.models import Received
from tequio.kernel import clock
from tequio.kernel.due import DueRow
from tequio.network.models import Mandate, Office
from tequio.reference.models import Country


class Correspondence(models.Model):
    """How an office wants its letters; without a row: both ways."""

    office = models.OneToOneField(Office, primary_key=True, on_delete=models.CASCADE, related_name="letters")
    way = models.CharField(max_length=4, choices=Way, default=Way.BOTH)


class SentText(models.Model):
    """A letter about a leg as it went out, so that a reply is cut at its lines; erased some time after the leg ends."""

    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="sent_texts")
    message_id = models.CharField(max_length=255, unique=True)
    text = models.TextField()
    at = models.DateTimeField(default=clock.now, db_index=True)


class Reply(DueRow):
    """A mail that came in, and what became of it. None is without a row.

    `leg`: where it is filed, None while nobody knows. `found_by`: how the leg was found (`sorting.By`). `guesses`: of
    one that is held, the legs to which it may belong, each with its reason. `text`: the sender's own words; `whole`:
    all of it. `left_out`: names of files that were not kept, or not yet. `proposal`: the answer as which its words were
    understood (`act`) and what its form begins with (`given`). `event`: the answer that it became. `due_on`: the day
    by which somebody has to look at one that is held.
    """

    received = models.ForeignKey(Received, on_delete=models.PROTECT, related_name="replies")
    message_id = models.CharField(max_length=255)
    home = models.ForeignKey(Country, null=True, on_delete=models.PROTECT, related_name="+")
    leg = models.ForeignKey(Leg, null=True, on_delete=models.PROTECT, related_name="replies")
    state = models.CharField(max_length=10, choices=MailState)
    nature = models.CharField(max_length=12)
    found_by = models.CharField(max_length=8, blank=True)
    sender = models.CharField(max_length=254)
    sender_name = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    whole = models.TextField(blank=True)
    guesses = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    proposal = models.JSONField(default=dict)
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    came_at = models.DateTimeField(default=clock.now)
    held = models.BooleanField(default=False)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["came_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "leg"], condition=Q(leg__isnull=False), name="mail_once_a_leg"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.HELD) | Q(due_at__isnull=False), name="held_mail_has_a_date"
            ),
        ]
        indexes = [models.Index(fields=["home", "came_at"], condition=Q(state="held"), name="mail_held")]


class Sending(models.Model):
    """A file that was left out of a mail, on its way in pieces: its bytes lie at `path`, of which `came` are there."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="sendings")
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    came = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=120, unique=True)
    begun_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["begun_at", "pk"]
