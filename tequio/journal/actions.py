"""Writing to the journal, and erasing what must not be kept."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from tequio.journal.chain import canonical, entry_digest, payload_digest
from tequio.journal.models import Entry, Head, Payload
from tequio.kernel import clock


@dataclass(frozen=True)
class Act:
    """What an entry is to say: `facts` are public and stay; whatever is personal goes into `payload`."""

    kind: str
    office: str = ""
    reference: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)


def write(
    kind: str,
    *,
    office: str = "",
    reference: str = "",
    facts: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Entry:
    """Adds one entry; the last statement of a verb, inside its transaction, since it locks the chain's head."""
    return write_many([Act(kind, office, reference, facts or {}, payload or {})])[0]


def write_many(acts: Sequence[Act]) -> list[Entry]:
    """Adds the entries of several acts, in their order, as one write each would; the chain is the same."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a journal entry is part of an act: write it inside the act's transaction")
    if not acts:
        return []
    head = Head.objects.select_for_update(no_key=True).get_or_create(pk=1)[0]
    now, entries, payloads = clock.now(), [], []
    for act in acts:
        salt, body = secrets.token_hex(16), canonical(act.payload)
        entry = Entry(
            sequence=head.sequence + 1,
            at=now,
            kind=act.kind,
            office=act.office,
            reference=act.reference,
            facts=canonical(act.facts),
            payload_digest=payload_digest(salt, body),
        )
        entry.digest = entry_digest(head.digest, entry)
        head.sequence, head.digest = entry.sequence, entry.digest
        entries.append(entry)
        payloads.append(Payload(entry=entry, salt=salt, body=body))
    Entry.objects.bulk_create(entries)
    Payload.objects.bulk_create(payloads)
    Head.objects.filter(pk=1).update(sequence=head.sequence, digest=head.digest)
    return entries


def erase(reference: str) -> int:
    """Destroys salt and body of every entry about `reference`; the chain still verifies. Returns how many."""
    return Payload.objects.filter(entry__reference=reference).delete()[0]
