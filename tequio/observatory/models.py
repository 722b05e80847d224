"""The weeks of a hub as they were published, and the night on which the next one is made."""

from django.db import models

from tequio.kernel.due import DueRow
from tequio.network.models import Hub


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


class Night(DueRow):
    """When a hub's records are drawn anew next, and on Mondays its week is published."""

    hub = models.OneToOneField(Hub, on_delete=models.CASCADE, related_name="night")
