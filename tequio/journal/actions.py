"""Writing to the journal, and erasing what must not be kept."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from tequio.journal.chain import PARTS, canonical, link, moment, payload_digest
from tequio.journal.models import Entry, Head, Payload
from tequio.kernel import clock
from tequio.kernel.bulk import insert_rows

ENTRY = (*PARTS, "at", "digest")
NOTHING: Mapping[str, Any] = {}


class Act(NamedTuple):
    """What an entry is to say: `facts` are public and stay; whatever is personal goes into `payload`."""

    kind: str
    office: str = ""
    reference: str = ""
    facts: Mapping[str, Any] = NOTHING
    payload: Mapping[str, Any] = NOTHING


def write(
    kind: str,
    *,
    office: str = "",
    reference: str = "",
    facts: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Entry:
    """Adds one entry; the last statement of a verb, inside its transaction, since it locks the chain's head."""
    row = _append([Act(kind, office, reference, facts or NOTHING, payload or NOTHING)])[0]
    return Entry(**dict(zip(ENTRY, row, strict=True)))


def write_many(acts: Sequence[Act]) -> None:
    """Adds the entries of several acts, in their order; the chain is the same as if each had been written alone."""
    if acts:
        _append(acts)


def _append(acts: Sequence[Act]) -> list[tuple[Any, ...]]:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a journal entry is part of an act: write it inside the act's transaction")
    head = Head.objects.select_for_update(no_key=True).get_or_create(pk=1)[0]
    at, sequence, digest = clock.now(), head.sequence, head.digest
    when, entries, payloads = moment(at), [], []
    texts: dict[int, str] = {}
    for act in acts:
        for said in (act.facts, act.payload):
            if id(said) not in texts:
                texts[id(said)] = canonical(said)
        salt, body, sequence = secrets.token_hex(16), texts[id(act.payload)], sequence + 1
        hashed = payload_digest(salt, body)
        parts = (sequence, act.kind, act.office, act.reference, texts[id(act.facts)], hashed)
        digest = link(digest, when, dict(zip(PARTS, parts, strict=True)))
        entries.append((*parts, at, digest))
        payloads.append((sequence, salt, body))
    insert_rows(Entry, ENTRY, entries)
    insert_rows(Payload, ("entry_id", "salt", "body"), payloads)
    Head.objects.filter(pk=1).update(sequence=sequence, digest=digest)
    return entries


def erase(reference: str) -> int:
    """Destroys salt and body of every entry about `reference`; the chain still verifies. Returns how many."""
    return Payload.objects.filter(entry__reference=reference).delete()[0]
