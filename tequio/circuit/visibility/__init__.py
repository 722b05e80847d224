"""Who may be shown what of an ask: one table, and one sight of a case that every page, letter and list asks."""

from tequio.circuit.visibility.seen import Seen, seen, seen_at
from tequio.circuit.visibility.sight import NOBODY, PUBLIC, Sight, for_asker, for_member, for_office
from tequio.circuit.visibility.table import PARTS, TABLE, VIEWERS, Part, Reach, Viewer, reach

__all__ = [
    "NOBODY",
    "PARTS",
    "PUBLIC",
    "TABLE",
    "VIEWERS",
    "Part",
    "Reach",
    "Seen",
    "Sight",
    "Viewer",
    "for_asker",
    "for_member",
    "for_office",
    "reach",
    "seen",
    "seen_at",
]
