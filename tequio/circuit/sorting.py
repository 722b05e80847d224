"""To which leg a mail belongs, and what may be done with it: decided from clues alone, without a database.

The clues are gathered by `queries/clues.py`; what is decided is done by `actions/filing.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _


class By(StrEnum):
    """How a leg was found, the surest first."""

    ADDRESS = "address"
    NEAR = "near"
    THREAD = "thread"
    SUBJECT = "subject"
    WORDS = "words"
    SENDER = "sender"
    ASKER = "asker"
    HAND = "hand"


WHY: dict[By, Text] = {
    By.ADDRESS: _("It was sent to the secret address of this ask at this office."),
    By.NEAR: _("It was sent to an address one letter away from the secret one of this ask, and of no other."),
    By.THREAD: _("It answers a letter of ours about this ask."),
    By.SUBJECT: _("Its subject names the receipt number of this ask."),
    By.WORDS: _("Its first lines name the receipt number of this ask."),
    By.SENDER: _("Its sender acts for this office, which has the ask now."),
    By.ASKER: _("Its sender is the one who asked."),
    By.HAND: _("The coordinating office filed it here."),
}
SECRET = (
    By.ADDRESS,
    By.NEAR,
    By.THREAD,
)  # known to whoever got our letter; a receipt number the asker knows too
NUMBER = (By.SUBJECT, By.WORDS)


class Fate(StrEnum):
    TAKE = "take"  # the word of the leg's office
    ASK = "ask"  # at the right leg, but the office has to say that it is its word
    KEEP = "keep"  # at the right leg, and no answer: an auto-reply, a report
    HOLD = "hold"  # for the coordinating office
    PUT_ASIDE = "aside"  # no answer, and of no leg


@dataclass(frozen=True)
class Clue:
    """A leg to which something in the mail points. `acts`: whether the sender acts for its office now."""

    leg: int
    case: int
    by: By
    acts: bool


@dataclass(frozen=True)
class Decision:
    """`clue`: the leg, where one is certain. `guesses`: what a person is offered otherwise, the surest first."""

    fate: Fate
    clue: Clue | None = None
    guesses: tuple[Clue, ...] = ()


def decide(clues: Sequence[Clue], *, human: bool = True, ours: bool = False) -> Decision:
    """What becomes of a mail. `ours`: it comes from one of the hub's own addresses, so nobody's word is in it.

    A leg is certain when the secret address or the letter answered names it and nothing else in the mail names
    another ask; a receipt number, which the asker knows too, only together with a sender who acts, and the office
    has to confirm it. Whatever is not certain is held.
    """
    clue = _certain(clues)
    if not human or ours:
        return Decision(Fate.KEEP, clue) if clue else Decision(Fate.PUT_ASIDE, guesses=_guesses(clues))
    if clue is None:
        return Decision(Fate.HOLD, guesses=_guesses(clues))
    takes = clue.acts and clue.by in SECRET
    return Decision(Fate.TAKE if takes else Fate.ASK, clue)


def _certain(clues: Sequence[Clue]) -> Clue | None:
    named = [clue for clue in clues if clue.by in (*SECRET, *NUMBER)]
    if len({clue.case for clue in named}) != 1:
        return None
    for by in SECRET:
        found = [clue for clue in named if clue.by is by]
        if by is By.THREAD and found:
            return found[0]  # the nearest letter of the thread
        if found:
            return found[0] if len({clue.leg for clue in found}) == 1 else None
    acting = [clue for clue in named if clue.acts]
    return acting[0] if len({clue.leg for clue in acting}) == 1 else None


def _guesses(clues: Sequence[Clue]) -> tuple[Clue, ...]:
    """Each leg once, with the surest of its reasons."""
    order = list(By)
    best: dict[int, Clue] = {}
    for clue in sorted(clues, key=lambda clue: (order.index(clue.by), not clue.acts)):
        best.setdefault(clue.leg, clue)
    return tuple(best.values())
