"""The last word of either side on a case, and the days in which the asker may contradict the office.

Small steps, each inside a verb's transaction. Neither word overwrites the other; what was said stays in the events.
"""

from datetime import datetime

from tequio.circuit.models import Case, Leg
from tequio.circuit.queries.voices import disputed_legs, reminder_of, window_of
from tequio.circuit.states import LegOutcome, Word

WORDS = {
    LegOutcome.ACCEPTED: Word.ACCEPTED,
    LegOutcome.ANSWERED: Word.ANSWERED,
    LegOutcome.ELSEWHERE: Word.ELSEWHERE,
    LegOutcome.DECLINED: Word.DECLINED,
}
WINDOW = ["dispute_on", "dispute_at", "wake_at"]


def office_says(case: Case, word: Word, *, now: datetime) -> None:
    """The office's word; the asker has not spoken on it yet, and save for an acceptance has ten working days."""
    case.office_says, case.asker_says = word, ""
    case.dispute_on = case.dispute_at = case.wake_at = None
    if word != Word.ACCEPTED:
        case.dispute_on, case.dispute_at = window_of(case, now)
        case.wake_at = reminder_of(case)
    case.save(update_fields=["office_says", "asker_says", *WINDOW])


def asker_says(case: Case, word: Word) -> None:
    """The asker's word, which ends their window; of a silence the day on which it ended stays."""
    case.asker_says, case.wake_at = word, None
    if word != Word.SILENT:
        case.dispute_on = case.dispute_at = None
    case.save(update_fields=["asker_says", *WINDOW])


def end_window(case: Case) -> None:
    """Nothing is left to say: what the window was about is over."""
    case.dispute_on = case.dispute_at = case.wake_at = None
    case.save(update_fields=WINDOW)


def take_back_word(case: Case) -> None:
    """The office took its answer back: what stands is what was said before, on an answer that was disputed."""
    before = disputed_legs(case).filter(outcome__in=WORDS).order_by("-number").first()
    case.office_says = _word_of(before) if before else ""
    case.asker_says = Word.DISPUTES if before else ""
    case.dispute_on = case.dispute_at = case.wake_at = None
    case.save(update_fields=["office_says", "asker_says", *WINDOW])


def _word_of(leg: Leg) -> Word:
    """What the office had said when it was disputed; of what it had accepted, that it took its promise back."""
    return Word.DECLINED if leg.outcome == LegOutcome.ACCEPTED else WORDS[LegOutcome(leg.outcome)]
