"""Uploaded files on the disk: by random names, for this account alone, there before anybody is told so."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tequio.kernel import ids

GRACE = 60 * 60.0
BATCH = 500


def _folder() -> Path:
    folder = Path(settings.UPLOADS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(content: bytes) -> str:
    """Writes a new file, waits until it is on the disk, and returns its name: what a row may then point to."""
    folder, name = _folder(), ids.random_name(32)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)
    return name


def add(name: str, offset: int, piece: bytes) -> int:
    """Adds a piece to a file of which `offset` bytes are there, and returns how many are there when it is on the disk.

    What lies beyond the offset was never acknowledged, and is written over. Raises ValueError when less is there.
    """
    with open(_folder() / name, "r+b") as file:
        if file.seek(0, os.SEEK_END) < offset:
            raise ValueError(f"{name}: fewer than {offset} bytes are there")
        file.truncate(offset)
        file.seek(offset)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return offset + len(piece)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def content(name: str) -> bytes:
    """Raises FileNotFoundError when it is no longer there."""
    return (_folder() / name).read_bytes()


def remove(name: str) -> None:
    (_folder() / name).unlink(missing_ok=True)


def settled(grace: float = GRACE) -> Iterator[list[str]]:
    """The names of the files that are older than the grace, in batches: by now a row points to them or none will."""
    before = time.time() - grace
    with os.scandir(_folder()) as entries:
        names = [entry.name for entry in entries if entry.is_file() and entry.stat().st_mtime < before]
    names.sort()
    for start in range(0, len(names), BATCH):
        yield names[start : start + BATCH]
