"""A closed case whose asker is asked again, weeks later: did it happen?"""

from django.db import models
from django.db.models import Q

from tequio.circuit.models.case import Case
from tequio.circuit.rules import RECALL_OPEN
from tequio.circuit.states import OnRecord, Recalled
from tequio.kernel import clock
from tequio.network.models import Office


class Recall(models.Model):
    """A case that was drawn into the sample of `month` (its first day, UTC); the letter goes out with the draw.

    `office` and `on_record`: who had it, and what the record said of it, at the draw. `word`: what the asker said
    last, "" nothing yet; it may change for thirty days. `counted_at`: when it went into the published counts, with at
    least four others of its office and kind.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="recall")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="recalls")
    month = models.DateField()
    drawn_at = models.DateTimeField(default=clock.now)
    on_record = models.CharField(max_length=12, choices=OnRecord)
    word = models.CharField(max_length=12, choices=Recalled, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(word="", said_at=None, counted_at=None) | ~Q(word="") & Q(said_at__isnull=False),
                name="recall_said",
            )
        ]

    @property
    def over(self) -> bool:
        """Whether the word stands, and can no longer be said."""
        return clock.now() >= self.drawn_at + RECALL_OPEN
