"""Names that people read aloud, and keys that only a letter carries."""

import hashlib
import hmac
import secrets

from django.conf import settings

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def random_name(length: int) -> str:
    """Random letters and digits without look-alikes (30 symbols: 4.9 bits each)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def idempotency_key() -> str:
    return secrets.token_urlsafe(18)


def key_for(*parts: object) -> str:
    """The 20-letter HMAC-SHA256 key of a link; a new version of any part revokes it."""
    message = "\x1f".join(str(part) for part in parts).encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:20])


def same(given: str, key: str) -> bool:
    """Whether the key given is the right one, in constant time."""
    return hmac.compare_digest(given.encode(), key.encode())
