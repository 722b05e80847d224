"""One answer to many asks: each is an act of its own, and what is refused to one changes nothing for the others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tequio.circuit.actions.drafts import keep_draft, send_answer
from tequio.circuit.models import Leg
from tequio.circuit.visibility import Seen, seen_at
from tequio.kernel import ids
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate

MOST = 50


@dataclass(frozen=True)
class Sent:
    """What became of one of the asks. `refused`: why nothing was sent; `kept`: the words stand in its draft."""

    leg: Leg
    refused: str = ""
    kept: bool = False

    @property
    def ask(self) -> Seen:
        return seen_at(self.leg)


def answer_all(
    verb: Callable[..., Leg],
    legs: Iterable[tuple[Leg, Mandate]],
    act: str,
    *,
    given: Mapping[str, Any],
    written: Mapping[str, Any],
    key: str,
) -> list[Sent]:
    """Gives the same answer to each leg by the mandate beside it, in a transaction and with a key of its own.

    What was written for one that is refused is kept as its draft, where it can still be answered.
    """
    return [_one(verb, leg, by, act, given, written, key) for leg, by in legs]


def _one(
    verb: Callable[..., Leg],
    leg: Leg,
    by: Mandate,
    act: str,
    given: Mapping[str, Any],
    written: Mapping[str, Any],
    key: str,
) -> Sent:
    try:
        send_answer(verb, leg, act, by=by, key=ids.key_for("bulk", key, leg.pk), **given)
    except Refused as refused:
        return Sent(leg, str(refused), _kept(leg, by, act, written))
    return Sent(leg)


def _kept(leg: Leg, by: Mandate, act: str, written: Mapping[str, Any]) -> bool:
    try:
        keep_draft(leg, act, written, by=by)
    except Refused:
        return False
    return True
