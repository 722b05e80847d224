"""The lines of a digest: every kind there is, and what it says. To add a kind, add its row here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise as Text
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tequio.circuit.models import Case, DigestLine
from tequio.kernel.templatetags.texts import oneline
from tequio.kernel.texts import pick
from tequio.network.models import Office

# What happened in an ask that the office took part in. `office` and `to` are named, words are not repeated.
CHANGES: Mapping[str, Text] = {
    "accepted": gettext_lazy("%(office)s accepted it"),
    "answered": gettext_lazy("%(office)s answered it"),
    "elsewhere": gettext_lazy("%(office)s says that it was answered elsewhere"),
    "declined": gettext_lazy("%(office)s declined it, with a reason"),
    "passed-on": gettext_lazy("%(office)s passed it on to %(to)s"),
    "forwarded": gettext_lazy("%(office)s approved it, and %(to)s has it now"),
    "climbed": gettext_lazy("The date passed at %(office)s, and %(to)s has it now"),
    "moved": gettext_lazy("Nobody holds %(office)s at present, and %(to)s has it now"),
    "undone": gettext_lazy("%(office)s took its answer back"),
    "taken-back": gettext_lazy(
        "%(office)s took it back. Your office owes nothing, and its record does not count it"
    ),
    "withdrawn": gettext_lazy("The asker no longer needs it. Nothing more is owed"),
    "no-reply": gettext_lazy(
        "No reply came from the asker, so it is closed. Your office's record does not count it"
    ),
    "done": gettext_lazy("It took place, says the asker. %(office)s had promised it"),
    "not-done": gettext_lazy("It did not take place, says the asker. %(office)s had promised it"),
    "unconfirmed": gettext_lazy("The asker has not said whether it took place, and it is closed"),
    "entrusted": gettext_lazy("Nobody holds %(office)s at present; %(to)s keeps its word"),
    "commitment-amended": gettext_lazy("%(office)s changed what it had promised, or by when, with a reason"),
    "commitment-dropped": gettext_lazy("%(office)s took back what it had promised, with a reason"),
    "commitment-kept": gettext_lazy("It was kept, says the other party: %(what)s"),
    "commitment-broken": gettext_lazy("It was not kept, says the other party: %(what)s"),
    "agreement-signed": gettext_lazy("%(office)s has signed, and the agreement is in force: %(name)s"),
    "agreement-refused": gettext_lazy("%(office)s does not sign the agreement, with a reason: %(name)s"),
    "agreement-ended": gettext_lazy("%(office)s has ended the agreement, with a reason: %(name)s"),
    "agreed": gettext_lazy("The asker agrees with the answer of %(office)s"),
    "silent": gettext_lazy("The asker had time to disagree with %(office)s, and made no objection"),
    "disputed": gettext_lazy("The asker disputes the answer of %(office)s, and %(to)s has it again"),
    "appealed": gettext_lazy("The asker appeals against the answer of %(office)s, and %(to)s has it now"),
    "objected": gettext_lazy("The asker disagrees with the answer of %(office)s, which stays the last one"),
    "office-done": gettext_lazy("%(office)s says that what it had promised is done"),
    "done-silent": gettext_lazy("It is done, says %(office)s, and the asker made no objection"),
    "office-replied": gettext_lazy("%(office)s answers the asker, who says that it was not done"),
    "merged": gettext_lazy(
        "%(office)s merged it with an earlier ask of the same asker. Nothing is owed in it"
    ),
    "merged-in": gettext_lazy("%(office)s merged a later ask of the same asker into it"),
    "parted": gettext_lazy("%(office)s parted it from the other ask again. Its clock runs as before"),
    "parted-in": gettext_lazy("%(office)s took the other ask out of it again"),
    "undelivered": gettext_lazy("It could not be delivered to %(office)s, and %(to)s has it now"),
    "contested": gettext_lazy("The asker says that nothing was missing; the days of %(office)s ran on"),
    "recounted": gettext_lazy("Its date was counted anew, as the calendar has changed: %(day)s"),
    "re-dated": gettext_lazy("The date passed at %(office)s, which has it with a new date"),
}

# What the office has asked of others beside its own answer, or was asked beside it.
ASIDE: Mapping[str, Text] = {
    "opinion-given": gettext_lazy("%(office)s gave its opinion"),
    "opinion-missed": gettext_lazy("No opinion came from %(office)s. You answer without it"),
    "opinion-undelivered": gettext_lazy("%(office)s could not be reached. You answer without its opinion"),
    "opinion-not-needed": gettext_lazy("Your opinion is no longer needed. You owe nothing"),
}

# The same, told to the office that had promised it.
OWN: Mapping[str, Text] = {
    "done": gettext_lazy(
        "It took place, says the asker. Thank you for the work; the ledger counts it as done"
    ),
    "not-done": gettext_lazy("It did not take place, says the asker. The ledger counts it so"),
}

# What is about to end, or has ended: `name` and `day`.
LAPSES: Mapping[str, Text] = {
    "promise-lapsing": gettext_lazy("Your promise runs until %(day)s: %(name)s"),
    "promise-lapsed": gettext_lazy("Your promise ran until %(day)s: %(name)s. New asks go elsewhere"),
    "agreement-lapsing": gettext_lazy("The agreement runs until %(day)s: %(name)s"),
    "agreement-lapsed": gettext_lazy("The agreement ran until %(day)s: %(name)s"),
    "absence-ending": gettext_lazy("The absence ends on %(day)s: %(name)s"),
    "mandate-ending": gettext_lazy("The mandate ends on %(day)s: %(name)s"),
    "post-near": gettext_lazy(
        "Two dates ran out in a row at %(office)s. After one more, new asks go to %(to)s"
    ),
    "post-quiet": gettext_lazy("Three dates ran out in a row at %(office)s. New asks go to %(to)s now"),
}

# What the office owes: this cannot be muted.
OWED: Mapping[str, Text] = {
    "before": gettext_lazy("Due soon"),
    "today": gettext_lazy("Due today"),
    "late": gettext_lazy("Past its date"),
    "owes-before": gettext_lazy("By %(day)s: %(what)s"),
    "owes-today": gettext_lazy("Today: %(what)s"),
    "owes-late": gettext_lazy("By %(day)s, which has passed: %(what)s"),
    "agreement-proposed": gettext_lazy("%(office)s proposes an agreement, to sign or to refuse: %(name)s"),
    "commitment-done": gettext_lazy("Done, says %(office)s; say so if it is not: %(what)s"),
    "commitment-over": gettext_lazy("%(office)s owed it by %(day)s; say whether it was kept: %(what)s"),
    "entrusted-to-you": gettext_lazy(
        "Nobody holds %(office)s at present. What it promised passes to your office"
    ),
    "member-yes": gettext_lazy("A member whom you asked has said yes. Accept the ask"),
    "member-no": gettext_lazy("The member whom you asked cannot do it. Another one is needed"),
    "member-silent": gettext_lazy("The member whom you asked did not answer. Another one is needed"),
    "review": gettext_lazy("To keep, amend or drop by %(day)s what was promised before you: %(name)s"),
    "review-over": gettext_lazy(
        "Undecided on %(day)s, and public as such, but still yours to decide: %(name)s"
    ),
}
# What became of mail that came in; this cannot be muted.
MAILS: Mapping[str, Text] = {
    "mail-answer": gettext_lazy(
        "Your mail was taken as your answer, in your words. For a day you can make more of it: accept, decline, "
        "pass it on, ask for one thing more"
    ),
    "mail-accept": gettext_lazy("Your mail was taken as accepting it. For a day you can take it back"),
    "mail-decline": gettext_lazy("Your mail was taken as declining it. For a day you can take it back"),
    "mail-pass-on": gettext_lazy("Your mail was taken as passing it on. For a day you can take it back"),
    "mail-question": gettext_lazy(
        "Your mail was taken as a question to the asker, and your days stand still"
    ),
    "mail-opinion": gettext_lazy("Your mail was taken as your opinion"),
    "mail-asked": gettext_lazy(
        "A mail about it came from an address that does not act for you. Say whether it is yours"
    ),
    "mail-asked-late": gettext_lazy("The mail from another address still waits. Say whether it is yours"),
    "mail-empty": gettext_lazy("Your mail had no words of your own, so it is no answer. Your days run on"),
    "mail-late": gettext_lazy("Your mail came when the ask had left your office. It is kept with it"),
    "mail-from": gettext_lazy("%(office)s has written about it, which had it before. You can read it"),
    "mail-kept": gettext_lazy(
        "Your mail could not be taken as an answer here. It is kept; see what you can do"
    ),
    "mail-files": gettext_lazy("Files of your mail were not kept. You can send them on the page of the ask"),
    "files-came": gettext_lazy("The asker has sent the files that were left out of their mail"),
    "mail-held": gettext_lazy("A mail came that belongs to no ask for sure. Say where it belongs"),
    "mail-held-late": gettext_lazy("A mail that belongs to no ask for sure has waited longer than two days"),
}
NEWS = gettext_lazy("There is news")
REMINDERS = ("before", "today", "late")
SAID: Mapping[str, Text] = {**CHANGES, **ASIDE, **LAPSES, **OWED, **MAILS}


def title_of(case: Case) -> str:
    """How an ask is named to an office that need not see what is in it."""
    return f"{pick(case.kind.names)} ({case})"


def sentence(line: DigestLine, offices: Mapping[int, Office]) -> str:
    """What a line says, in the reader's language; `offices`: those that lines name, by number."""
    own = line.kind in OWN and line.data.get("office") == line.office_id
    words = _words(line.data, offices)
    if line.commitment:
        words |= {"what": _first_line(line.commitment.what), "day": date_format(line.commitment.due_on)}
        words["office"] = str(line.commitment.office)
    said = str(OWN[line.kind] if own else SAID.get(line.kind, NEWS)) % words
    case = line.case or (line.commitment and line.commitment.case)
    end = "" if said.endswith((".", "?")) else "."
    return oneline(f"{title_of(case)}: {said}{end}" if case else f"{said}{end}")


def _first_line(text: str) -> str:
    first, _sep, rest = text.strip().partition("\n")
    return Truncator(f"{first.strip()} …" if rest.strip() else first.strip().rstrip(".")).chars(200)


def _words(data: Mapping[str, Any], offices: Mapping[int, Office]) -> dict[str, str]:
    words = {name: str(offices.get(data.get(name, 0)) or _("An office")) for name in ("office", "to")}
    name, day = data.get("name", ""), data.get("day")
    words["what"] = "…"
    words["name"] = pick(name) if isinstance(name, dict) else str(name)
    words["day"] = date_format(date.fromisoformat(day)) if day else ""
    return words
