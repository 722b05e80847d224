"""Mail that came in: kept raw before anything else is done with it, then filed."""

from django.db import models

from tequio.kernel import clock
from tequio.kernel.due import DueRow


class Received(DueRow):
    """A mail that came in. It is filed once: `filed_at` is written in the transaction of what came of it.

    `digest`: SHA-256 of the raw mail, so that the same bytes are kept once. `door`: how it came (pipe, imap).
    `envelope`: the addresses that the server was given, if it said so. `sender`, `recipient`: who wrote to which
    address of ours, known when it was read. `fate`: what became of it, in a word of the app that filed it.
    `erased_at`: when the raw mail was erased.
    """

    digest = models.CharField(max_length=64, unique=True)
    door = models.CharField(max_length=10)
    envelope = models.JSONField(default=list)
    message_id = models.CharField(max_length=255, blank=True, db_index=True)
    sender = models.CharField(max_length=254, blank=True)
    recipient = models.CharField(max_length=254, blank=True)
    size = models.PositiveIntegerField()
    received_at = models.DateTimeField(default=clock.now)
    filed_at = models.DateTimeField(null=True, blank=True)
    fate = models.CharField(max_length=20, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["sender", "recipient", "filed_at"], name="received_pair")]

    def __str__(self) -> str:
        return f"{self.door} {self.digest[:12]}"


class Raw(models.Model):
    """The bytes of a mail, in a table of their own: erased after the days that the hub keeps them."""

    received = models.OneToOneField(Received, primary_key=True, on_delete=models.CASCADE, related_name="raw")
    data = models.BinaryField()
