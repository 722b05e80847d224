"""The journal: an append-only, hash-chained record of who did what."""

from django.db import models


class Entry(models.Model):
    """One act. `facts` are public and outlive erasure; the payload lies apart and may be erased."""

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    office = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=60, blank=True, db_index=True)
    facts = models.TextField(default="{}")
    payload_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.reference}"


class Payload(models.Model):
    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True, related_name="payload")
    salt = models.CharField(max_length=32)
    body = models.TextField()


class Head(models.Model):
    """The chain's end: one row, locked while an entry is added."""

    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
