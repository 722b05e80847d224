"""The sixteen roles of the permission table and of the canaries.

Members have no membership yet in this version: they are signed-in persons without a mandate, whom their chapter has
asked by a letter with a link. So is a school's contact, who asks for the school by a link. The bearer of a desk's
link holds the letters of the chapter's officer without signing in, and an invitation.
"""

from dataclasses import dataclass, field
from typing import Any

from tequio.people.models import Account

ROLES = (
    "visitor",
    "bearer of an asker's link",
    "bearer of a desk's link",
    "signed in, no role",
    "member of the chapter",
    "member of another chapter",
    "officer of the chapter",
    "officer of another",
    "former officer",
    "deputy",
    "officer of a post",
    "officer of an agency",
    "officer of a university",
    "school contact",
    "coordinating office",
    "platform operator",
)
OFFICERS = {
    "chapter-berlin": "officer of the chapter",
    "chapter-madrid": "officer of another",
    "embassy-de": "officer of a post",
    "agency": "officer of an agency",
    "university-oaxaca": "officer of a university",
    "mesa": "coordinating office",
}
ASKERS = {"chapter-berlin": "bearer of an asker's link", "chapter-madrid": "school contact"}
MEMBERS = {"chapter-berlin": "member of the chapter", "chapter-madrid": "member of another chapter"}
Args = tuple[Any, ...]


@dataclass
class Role:
    """`own`: what belongs to it, by URL name, and by name and `#` where an act needs another object than looking;
    `forged`: somebody else's things, with the best key that it has. `shared`: things of others that are its own too, by
    URL name and number or name. `more`: further pages that it has the links of.
    """

    name: str
    account: Account | None = None
    parties: set[str] = field(default_factory=set)
    own: dict[str, Args] = field(default_factory=dict)
    forged: dict[str, Args] = field(default_factory=dict)
    shared: set[tuple[str, int | str]] = field(default_factory=set)
    more: list[str] = field(default_factory=list)
