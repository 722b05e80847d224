"""The outbox: letters queued in the same transaction as the act that they tell of."""

from django.db import models

from tequio.kernel.due import DueRow


class Letter(DueRow):
    """A mail to one address. Its bodies are erased when it has been handed over.

    `tag` says to the app that posted it what it was for; `refused_at`: the mail server will never take it;
    `unsubscribe`: where a mail program may send its one click (RFC 8058). `reply_to`: where an answer goes; `thread`:
    what it belongs to, so that mail programs keep its letters together. `domain`: of its address, for the rate.
    """

    template = models.CharField(max_length=60)
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=8)
    about = models.CharField(max_length=60, blank=True, db_index=True)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    tag = models.CharField(max_length=60, blank=True)
    unsubscribe = models.CharField(max_length=300, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    thread = models.CharField(max_length=60, blank=True)
    domain = models.CharField(max_length=254, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["address", "template", "created_at"], name="letter_recent"),
            models.Index(fields=["domain", "sent_at"], name="letter_to_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.about}"
