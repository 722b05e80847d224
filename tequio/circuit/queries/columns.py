"""The columns of the ledger: what each is called, and what it counts. Names are never changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tequio.circuit.queries.figures import Figures


@dataclass(frozen=True)
class Column:
    """`name`: in the CSV; `figure`: the count that it shows, "" for what is not one; `group`: its heading."""

    name: str
    figure: str
    label: Text
    words: Text


GROUPS: dict[str, Text] = {
    "time": _("By its date"),
    "office": _("What the office says"),
    "askers": _("What askers say"),
    "beside": _("Not counted for or against it"),
    "whose": _("Whose line it is"),
    "about": _("About the table"),
}
COLUMNS: dict[str, list[Column]] = {
    "whose": [
        Column("office", "", _("Office"), _("How the journal names the office.")),
        Column("organisation", "", _("Organisation"), _("Its name in the language of the table.")),
        Column("title", "", _("Title of the office"), _("The seat in the organisation.")),
        Column("home", "", _("Hub"), _("The country whose hub it is (ISO 3166-1).")),
        Column(
            "kind", "", _("Kind of ask"), _("The kind of ask, by the name that its country's pack gives it.")
        ),
        Column(
            "administration",
            "",
            _("Administration"),
            _(
                "The government under which the office was asked; empty for chapters, universities and others."
            ),
        ),
    ],
    "time": [
        Column(
            "asked",
            "asked",
            pgettext_lazy("how many", "Asked"),
            _("Stays of an ask at the office. An ask that is passed on counts again at the next office."),
        ),
        Column(
            "answered_in_time",
            "in_time",
            pgettext_lazy("how many", "In time"),
            _("Answered before the date was over where the office sits. A pause moves the date."),
        ),
        Column(
            "answered_late", "late", pgettext_lazy("how many", "Late"), _("Answered after the date was over.")
        ),
        Column(
            "missed",
            "missed",
            pgettext_lazy("how many", "Missed"),
            _("The ask moved on without an answer, or the office passed it on after its date."),
        ),
        Column(
            "matured",
            "matured",
            _("Due so far"),
            _(
                "Asks whose date is over, or that were answered late or missed. Those within their days are left out."
            ),
        ),
        Column("kept", "kept", _("Kept"), _("Those of them that were answered by their date.")),
        Column(
            "kept_from",
            "",
            _("Share kept, from"),
            _("From ten on: where the true share lies with 95 % certainty (Wilson's score interval)."),
        ),
        Column("kept_to", "", _("Share kept, to"), _("The upper end of that interval.")),
        Column(
            "waiting", "waiting", pgettext_lazy("how many", "Waiting"), _("Asks that have no answer yet.")
        ),
        Column("longest_wait_days", "", _("Longest wait"), _("How many days the oldest of them has waited.")),
    ],
    "office": [
        Column(
            "accepted",
            "accepted",
            pgettext_lazy("how many", "Accepted"),
            _("The office takes it on and says what happens by when."),
        ),
        Column(
            "answered",
            "answered",
            pgettext_lazy("how many", "Answered"),
            _("The office gave what was asked."),
        ),
        Column(
            "answered_elsewhere",
            "elsewhere",
            pgettext_lazy("how many", "Answered elsewhere"),
            _("The office says that it answered by other means, on a day that it names."),
        ),
        Column(
            "forwarded",
            "forwarded",
            pgettext_lazy("how many", "Approved, to the next step"),
            _("The office did its step of the way, and the ask went on to the next."),
        ),
        Column(
            "opinions",
            "opinions",
            pgettext_lazy("how many", "Opinions given"),
            _("Opinions that another office wanted before it answered."),
        ),
        Column(
            "declined",
            "declined",
            pgettext_lazy("how many", "Declined"),
            _("The office said no, with its reason."),
        ),
        Column(
            "passed_on",
            "passed_on",
            pgettext_lazy("how many", "Passed on"),
            _("The office passed it on to another that had promised."),
        ),
    ],
    "askers": [
        Column(
            "done",
            "done",
            pgettext_lazy("how many", "Took place"),
            _("Of what the office had accepted: the asker says that it took place."),
        ),
        Column(
            "done_by_silence",
            "done_silent",
            pgettext_lazy("how many", "Took place, by silence"),
            _("The office says that it took place, and the asker did not contradict."),
        ),
        Column(
            "not_done",
            "not_done",
            pgettext_lazy("how many", "Did not take place"),
            _("The asker says that it did not take place."),
        ),
        Column(
            "disputed",
            "disputed",
            pgettext_lazy("how many", "Disputed"),
            _("The asker says that what the office calls an answer is none."),
        ),
        Column(
            "agreed_by_silence",
            "silent",
            pgettext_lazy("how many", "Agreed by silence"),
            _("Answers that the asker had ten working days to dispute, and did not."),
        ),
    ],
    "beside": [
        Column(
            "undelivered",
            "undelivered",
            pgettext_lazy("how many", "Could not be delivered"),
            _("No letter reached the office, so its days never began."),
        ),
        Column(
            "moved",
            "moved",
            pgettext_lazy("how many", "Moved on, the office being vacant"),
            _("Nobody held the office any longer."),
        ),
        Column(
            "withdrawn",
            "withdrawn",
            pgettext_lazy("how many", "Withdrawn by askers"),
            _("The asker no longer needed it."),
        ),
        Column(
            "merged",
            "merged",
            pgettext_lazy("how many", "Merged with another"),
            _("The asker had asked the same twice."),
        ),
        Column(
            "not_needed",
            "not_needed",
            pgettext_lazy("how many", "No longer needed"),
            _("The ask was settled before the office's part of it was due."),
        ),
        Column(
            "no_reply",
            "no_reply",
            pgettext_lazy("how many", "Without the asker's reply"),
            _("The office asked for one thing more, and the asker did not reply by their own date."),
        ),
        Column(
            "taken_back",
            "undone",
            pgettext_lazy("how many", "Taken back"),
            _("The office before took its answer back within a day, and so the ask."),
        ),
        Column(
            "pauses",
            "pauses",
            pgettext_lazy("how many", "Pauses"),
            _("How often the office's days stood still while the asker owed a reply."),
        ),
        Column(
            "pauses_contested",
            "contested",
            pgettext_lazy("how many", "Pauses contested"),
            _("The asker says that nothing was missing."),
        ),
    ],
    "about": [
        Column("invented", "", _("Invented"), _("Whether the office belongs to the demo.")),
        Column("as_of", "", _("As of"), _("The instant at which the table was read.")),
        Column("journal_entry", "", _("Journal entry"), _("The last entry of the journal at that instant.")),
        Column("explained_at", "", _("Explained at"), _("The address of this page.")),
    ],
}
ORDER = ("whose", "time", "office", "askers", "beside", "about")


def columns() -> Iterator[Column]:
    """Every column, in the order of the table."""
    for group in ORDER:
        yield from COLUMNS[group]


def shown(figures: Figures, group: str) -> list[tuple[Column, int]]:
    """The counts of a group that are not nought."""
    counts = [(column, getattr(figures, column.figure)) for column in COLUMNS[group] if column.figure]
    return [(column, number) for column, number in counts if number]
