"""What offices owe: commitments to askers and to other organisations, agreements, and what became of each."""

from django.db import models
from django.db.models import Q

from tequio.circuit.models.case import Case, Leg
from tequio.circuit.states import Change, Confirmed, Decision, InKind
from tequio.kernel import clock
from tequio.kernel.due import DueRow
from tequio.network.models import Administration, Mandate, Office, Organisation, Transition


class Agreement(DueRow):
    """A memorandum between institutions: in force when every party has signed, until `expires_on`."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    starts_on = models.DateField()
    expires_on = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now)
    in_force_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    renews = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewed_by"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.TextField(blank=True)
    ended_by = models.ForeignKey(Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        """Where it stands: proposed, refused, in force, lapsed on its last day, or ended before it."""
        if self.in_force_at is None:
            return "refused" if self.ended_at else "proposed"
        if self.ended_at is None:
            return "in-force"
        return "ended" if self.ended_by_id else "lapsed"


class Party(models.Model):
    """An office that takes part in an agreement; `signed_at` is empty until it has signed."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="agreements")
    signed_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "office"], name="party_once")]


class Clause(models.Model):
    """What one party of an agreement is to owe to the other; it becomes a commitment when the last one signs."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="clauses")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="clauses")
    what = models.TextField()
    in_kind = models.CharField(max_length=12, choices=InKind, blank=True)
    due_on = models.DateField()

    class Meta:
        ordering = ["agreement", "due_on", "pk"]


class Commitment(DueRow):
    """A dated promise of a thing: which office owes what, to whom, by when, under which administration.

    To an asker it hangs on the leg that made it, to an organisation on an agreement. `office_done_at`: the
    office's own word that it is done; `kept_at` or `broken_at`: how it ended, and `confirmed_by` whose word that is.
    """

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="commitments")
    leg = models.ForeignKey(Leg, null=True, on_delete=models.PROTECT, related_name="commitments")
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="commitments")
    beneficiary = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="commitments")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    administration = models.ForeignKey(Administration, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.TextField()
    in_kind = models.CharField(max_length=12, choices=InKind, blank=True)
    due_on = models.DateField()
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(default=clock.now)
    stage = models.PositiveSmallIntegerField(default=0)
    office_done_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    broken_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=12, choices=Confirmed, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, leg__isnull=False, agreement__isnull=True)
                | Q(case__isnull=True, agreement__isnull=False, beneficiary__isnull=False),
                name="commitment_to_somebody",
            )
        ]
        indexes = [
            models.Index(fields=["office", "due_at"], name="commitment_office"),
            models.Index(
                fields=["office", "due_at", "case"],
                condition=Q(kept_at=None, broken_at=None, dropped_at=None),
                name="commitment_open",
            ),
        ]

    @property
    def settled(self) -> bool:
        return bool(self.kept_at or self.broken_at or self.dropped_at)


class CommitmentChange(models.Model):
    """One thing that happened to a commitment: nothing is ever silently amended or dropped."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=12, choices=Change)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    administration = models.ForeignKey(Administration, null=True, on_delete=models.PROTECT, related_name="+")
    due_before = models.DateField(null=True, blank=True)
    due_after = models.DateField(null=True, blank=True)
    what_before = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["commitment", "at", "pk"]


class Review(models.Model):
    """An open commitment put before the new holder after a change of government: keep, amend or drop."""

    transition = models.ForeignKey(Transition, on_delete=models.PROTECT, related_name="reviews")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="reviews")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transition", "commitment"], name="review_once")]
