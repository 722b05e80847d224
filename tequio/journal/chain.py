"""How an entry is chained: SHA-256 over the canonical JSON of its parts and of the digest before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tequio.journal.models import Entry

PARTS = ("sequence", "kind", "office", "reference", "facts", "payload_digest")
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode


def canonical(value: Any) -> str:
    return _encode(value)


def payload_digest(salt: str, body: str) -> str:
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def link(before: str, at: str, parts: Mapping[str, Any]) -> str:
    """The digest of the entry with these `PARTS`, of that `moment`, behind the entry whose digest is `before`."""
    return hashlib.sha256(canonical({**parts, "at": at, "before": before}).encode()).hexdigest()


def entry_digest(before: str, entry: Entry) -> str:
    """The digest of `entry` behind the entry whose digest is `before`."""
    return link(before, moment(entry.at), {name: getattr(entry, name) for name in PARTS})
