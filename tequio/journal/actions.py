"""Writing to the journal, and erasing what must not be kept."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from tequio.journal.chain import canonical, entry_digest, payload_digest
from tequio.journal.models import Entry, Head, Payload
from tequio.kernel import clock


def write(
    kind: str,
    *,
    office: str = "",
    reference: str = "",
    facts: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Entry:
    """Adds one entry; the last statement of a verb, inside its transaction, since it locks the chain's head.

    `facts` are public and stay; whatever is personal goes into `payload`.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("a journal entry is part of an act: write it inside the act's transaction")
    salt, body = secrets.token_hex(16), canonical(payload or {})
    head = Head.objects.select_for_update(no_key=True).get_or_create(pk=1)[0]
    entry = Entry(
        sequence=head.sequence + 1,
        at=clock.now(),
        kind=kind,
        office=office,
        reference=reference,
        facts=canonical(facts or {}),
        payload_digest=payload_digest(salt, body),
    )
    entry.digest = entry_digest(head.digest, entry)
    entry.save(force_insert=True)
    Payload.objects.create(entry=entry, salt=salt, body=body)
    Head.objects.filter(pk=1).update(sequence=entry.sequence, digest=entry.digest)
    return entry


def erase(reference: str) -> int:
    """Destroys salt and body of every entry about `reference`; the chain still verifies. Returns how many."""
    return Payload.objects.filter(entry__reference=reference).delete()[0]
