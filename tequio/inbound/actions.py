"""Keeping mail that comes in, and having it filed."""

from collections.abc import Sequence

from tequio.inbound.models import Received


def receive(raw: bytes, *, door: str, envelope: Sequence[str] = ()) -> Received:
    """Keeps a mail, raw, before anything is done with it; the same bytes are kept once. The worker files it."""
    raise NotImplementedError


def file(received: Received) -> None:
    """Reads a kept mail and has it filed, in one transaction with the mark that it was."""
    raise NotImplementedError
