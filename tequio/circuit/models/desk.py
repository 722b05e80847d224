"""What an office keeps for its own work: drafts, remarks, templates, files, hand-over books."""

from django.db import models

from tequio.circuit.models.case import Ask, Case, Event, Leg
from tequio.kernel import clock
from tequio.network.models import Mandate, Office, Transition


class Draft(models.Model):
    """An answer begun and not sent. It belongs to the office, so whoever acts next finds it."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="drafts")
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="drafts")
    act = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "leg", "act"], name="draft_once")]


class Remark(models.Model):
    """An internal note of an office on a case, or on its work (`case` empty). `learnt`: for the hand-over book."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="remarks")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="remarks")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    learnt = models.BooleanField(default=False)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "pk"]


class Template(models.Model):
    """Words that an office uses again and again, in one language, for one kind of answer."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="templates")
    act = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=80)
    text = models.TextField()

    class Meta:
        ordering = ["act", "language", "title"]
        constraints = [
            models.UniqueConstraint(fields=["office", "act", "language", "title"], name="template_once")
        ]


class Attachment(models.Model):
    """A file that came with an ask, a reply or an answer, checked before it was kept. Never public."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="attachments")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="attachments")
    leg = models.ForeignKey(Leg, null=True, on_delete=models.PROTECT, related_name="attachments")
    voice = models.CharField(max_length=6, choices=Event.Voice)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    path = models.CharField(max_length=120, unique=True)
    added_at = models.DateTimeField(default=clock.now)


class HandoverBook(models.Model):
    """What an office had in hand on the day it changed hands, as it was then. `content`: the sections in order."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="books")
    at = models.DateTimeField(default=clock.now)
    left = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    taken = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    transition = models.ForeignKey(Transition, null=True, on_delete=models.PROTECT, related_name="books")
    learnt = models.TextField(blank=True)
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
