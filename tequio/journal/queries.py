"""Reading the journal, and finding the first entry that is not what was written."""

from collections.abc import Iterator
from dataclasses import dataclass

from tequio.journal.chain import entry_digest, payload_digest
from tequio.journal.models import Entry, Head, Payload


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many entries hold, and the first broken one (None: all hold)."""

    entries: int
    erased: int
    broken: int | None = None
    why: str = ""


def _faults() -> Iterator[tuple[int, str]]:
    before, expected = "", 0
    for entry in Entry.objects.order_by("sequence").select_related("payload").iterator(chunk_size=2000):
        expected += 1
        if entry.sequence != expected:
            yield expected, "missing"
        if entry.digest != entry_digest(before, entry):
            yield entry.sequence, "changed, or out of its place"
        payload = getattr(entry, "payload", None)
        if payload and payload_digest(payload.salt, payload.body) != entry.payload_digest:
            yield entry.sequence, "its payload was changed"
        before = entry.digest
    head = Head.objects.first() or Head()
    if (head.sequence, head.digest) != (expected, before):
        yield min(head.sequence, expected) + 1, "the chain does not end where its head says"


def verify() -> Verdict:
    """Walks the whole chain. A tail cut off together with its head cannot be seen without an outside witness."""
    entries, payloads = Entry.objects.count(), Payload.objects.count()
    broken, why = next(_faults(), (None, ""))
    return Verdict(entries, entries - payloads, broken, why)
