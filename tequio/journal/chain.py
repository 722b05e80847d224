"""How an entry is chained: SHA-256 over the canonical JSON of its parts and of the digest before it."""

import hashlib
import json
from datetime import UTC
from typing import Any

from tequio.journal.models import Entry

PARTS = ("sequence", "kind", "office", "reference", "facts", "payload_digest")


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def payload_digest(salt: str, body: str) -> str:
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def entry_digest(before: str, entry: Entry) -> str:
    """The digest of `entry` behind the entry whose digest is `before`."""
    parts = {name: getattr(entry, name) for name in PARTS}
    at = entry.at.astimezone(UTC)
    text = canonical({**parts, "at": at.isoformat(timespec="microseconds"), "before": before})
    return hashlib.sha256(text.encode()).hexdigest()
