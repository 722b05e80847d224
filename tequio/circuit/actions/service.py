"""What an act changes for the new asks of a post: they go elsewhere after three dates in a row, and come back.

Steps of a caller's act, inside its transaction. The rule itself is in `queries/service.py`; nothing of it is kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tequio.circuit import letters
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Leg
from tequio.circuit.queries.routing import central_of
from tequio.circuit.queries.service import chapters_of, posts
from tequio.network.models import Kind, Office
from tequio.network.queries import coordination

QUIET, BACK, NEAR = "quiet", "back", "near"


@dataclass
class Turn:
    """What an act did to an office's new asks. `name`: "quiet", they go elsewhere from now on, or "back", they come
    again; `near`: one more date that runs out, and they go elsewhere.
    """

    name: str = ""
    near: bool = False

    @property
    def facts(self) -> dict[str, str]:
        """Its public fact, for the journal."""
        return {"turn": self.name} if self.name else {}


@contextmanager
def turning(office: Office | None) -> Iterator[Turn]:
    """Compares the office before and after what is saved within; of an office that is no post, nothing changes."""
    turn = Turn()
    before = _row(office)
    yield turn
    after = _row(office)
    if before and after:
        if (before.quiet_since is None) != (after.quiet_since is None):
            turn.name = BACK if after.quiet_since is None else QUIET
        turn.near = before.near_since is None and after.near_since is not None and not after.quiet_since


def _row(office: Office | None) -> Any:
    if office is None or office.organisation.kind != Kind.POST:
        return None
    return posts().filter(pk=office.pk).first()


def tell_turn(leg: Leg, turn: Turn) -> None:
    """A date of the leg's office ran out. After the third in a row the office is told once by letter; the chapters
    that it serves and the coordinating office read of the last but one, and of that, in their digest.
    """
    office, kind = leg.owner, QUIET if turn.name == QUIET else NEAR if turn.near else ""
    if office is None or not kind:
        return
    central = central_of(office, leg.kind)
    if kind == QUIET:
        letters.to_quiet(office, central)
    data = {"office": office.pk, "to": central.pk}
    for other in (*chapters_of(office), coordination(office.organisation.home_id).coordination):
        tell_office(other, f"post-{kind}", key=f"post-{kind}/{leg.pk}/{other.pk}", data=data)
