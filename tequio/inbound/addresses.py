"""The addresses at which the hub takes mail."""

from collections.abc import Iterable

from django.conf import settings


def reply_address(token: str) -> str:
    return f"r.{token}@{settings.MAIL_DOMAIN}"


def tokens_in(recipients: Iterable[str]) -> list[str]:
    """The tokens of the reply addresses among these, each once, in lower case."""
    found = []
    for each in recipients:
        local, _at, domain = each.strip().lower().rpartition("@")
        if settings.MAIL_DOMAIN and domain == settings.MAIL_DOMAIN and local.startswith("r."):
            found.append(local[2:])
    return list(dict.fromkeys(found))


def is_ours(address: str) -> bool:
    domain = address.strip().lower().rpartition("@")[2]
    return bool(settings.MAIL_DOMAIN) and domain == settings.MAIL_DOMAIN
