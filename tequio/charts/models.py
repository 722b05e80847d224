"""Drawings: what a page wants to show, and the picture that the worker has made of it."""

from django.db import models

from tequio.kernel.due import DueRow


class Drawing(DueRow):
    """A figure in one language. `sha` names the picture that is wanted, `shown` the one that `svg` is ("": none yet);
    `alt`, `width` and `height` (pixels) belong to the latter.
    """

    key = models.CharField(max_length=120)
    language = models.CharField(max_length=8)
    figure = models.CharField(max_length=20)
    data = models.JSONField()
    sha = models.CharField(max_length=64)
    svg = models.TextField(blank=True)
    shown = models.CharField(max_length=64, blank=True, db_index=True)
    alt = models.TextField(blank=True)
    width = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    drawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "language"], name="drawing_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.language}"
