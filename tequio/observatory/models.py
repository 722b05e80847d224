"""The weeks of a hub as they were published, the records of its offices, and the night on which both are made."""

from django.db import models

from tequio.kernel.due import DueRow
from tequio.network.models import Hub, Office


class Release(models.Model):
    """The pulse of a hub as it was published for the week that begins on `week`, a Monday. It never changes.

    `as_of`: the instant at which it was counted, `entry`: the journal's last entry then. `totals`: counts of the whole
    hub; `figures`: those of its offices, its gaps and the promises about to lapse (`queries/pulse.py`).
    """

    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="releases")
    week = models.DateField()
    as_of = models.DateTimeField()
    entry = models.PositiveBigIntegerField()
    totals = models.JSONField()
    figures = models.JSONField()

    class Meta:
        ordering = ["hub", "-week"]
        constraints = [models.UniqueConstraint(fields=["hub", "week"], name="release_once")]

    def __str__(self) -> str:
        return f"{self.hub_id} {self.week}"


class Record(models.Model):
    """The record of an office as it was written last night (`queries/records.py`): `kinds`, a row for each kind of ask;
    as of the instant and of the journal's entry at which all records of the hub were.
    """

    office = models.OneToOneField(Office, on_delete=models.CASCADE, primary_key=True, related_name="record")
    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, related_name="records")
    as_of = models.DateTimeField()
    entry = models.PositiveBigIntegerField()
    kinds = models.JSONField()

    def __str__(self) -> str:
        return f"{self.office} {self.as_of:%Y-%m-%d}"


class Night(DueRow):
    """When a hub's records are written anew next, and on Mondays its week is published."""

    hub = models.OneToOneField(Hub, on_delete=models.CASCADE, related_name="night")
