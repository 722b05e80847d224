"""Files that come with an ask or with words said on its way: kept, and tidied when nothing points to them."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.models import Ask, Attachment, Case, Event, Sending
from tequio.kernel.errors import Refused
from tequio.kernel.uploads import store
from tequio.kernel.uploads.checking import FIELD, Upload

MOST = 20


def attach(ask: Ask, uploads: Sequence[Upload], *, event: Event | None = None) -> list[Attachment]:
    """Keeps files with an ask, or with what was said then; what is there already is not kept twice.

    Call it inside the verb's transaction: a file whose row never comes is removed by `remove_loose`.
    """
    with transaction.atomic():
        Ask.objects.select_for_update(no_key=True).get(pk=ask.pk)
        before = Attachment.objects.filter(ask=ask)
        known = set(before.filter(event=event).values_list("digest", flat=True))
        new = [each for each in uploads if each.digest not in known]
        if before.count() + len(new) > MOST:
            raise Refused(_("This ask holds as many files as it can. Say the rest in words."), FIELD)
        return [_keep(ask, event, upload) for upload in new]


def _keep(ask: Ask, event: Event | None, upload: Upload) -> Attachment:
    return Attachment.objects.create(
        ask=ask,
        event=event,
        leg=event.leg if event else None,
        voice=event.voice if event else Event.Voice.ASKER,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        digest=upload.digest,
        path=store.keep(upload.content),
    )


def attach_to_words(case: Case, uploads: Sequence[Upload], key: str) -> None:
    """Keeps files with the words that were said under this idempotency key, in the same transaction."""
    if uploads:
        attach(case.ask, uploads, event=case.events.select_related("leg").get(key=key))


def erase_files(ask: Ask) -> None:
    """Removes the files of an ask, from the disk as soon as the transaction holds."""
    files, coming = Attachment.objects.filter(ask=ask), Sending.objects.filter(reply__leg__case__ask=ask)
    for path in [*files.values_list("path", flat=True), *coming.values_list("path", flat=True)]:
        transaction.on_commit(partial(store.remove, path))
    files.delete()
    coming.delete()


def remove_loose() -> int:
    """Removes files to which no row points: of an ask that was forgotten, or of a form that came to nothing."""
    removed = 0
    for names in store.settled():
        kept = set(Attachment.objects.filter(path__in=names).values_list("path", flat=True))
        kept |= set(Sending.objects.filter(path__in=names, done_at=None).values_list("path", flat=True))
        for name in names:
            if name not in kept:
                store.remove(name)
                removed += 1
    return removed
