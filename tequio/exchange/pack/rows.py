"""A row of a pack, wherever it was read: its typed values, and the place to name when one is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tequio.exchange.pack.sources import PackError

Where = Callable[..., int]


@dataclass(frozen=True)
class Row:
    """A row of a file or a table of a list, with its typed values; `sound` when none of them was wrong.

    `where`: the line of each of its values, when they have lines of their own.
    """

    file: str
    line: int
    values: dict[str, Any]
    sound: bool = True
    where: Where | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def error(self, name: str, reason: str) -> PackError:
        return PackError(self.file, self.where(name) if self.where else self.line, name, reason)
