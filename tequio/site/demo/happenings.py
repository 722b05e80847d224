"""What happens to the invented offices beside the asks: each is one of the hub's own verbs, on a day."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from tequio.circuit.actions import agreements
from tequio.circuit.actions.closures import declare_closure
from tequio.circuit.actions.governing import change_government, decide_review
from tequio.circuit.actions.keeping import judge_commitment, say_done
from tequio.circuit.actions.remarks import write_remark
from tequio.circuit.actions.reorganising import end_organisation, rename_organisation
from tequio.circuit.actions.wording import keep_template
from tequio.circuit.models import Agreement, Commitment, Review
from tequio.network.absences import declare_absence
from tequio.network.actions import end_mandate
from tequio.network.handing import hand_over_office
from tequio.network.models import Hub, Mandate, Organisation
from tequio.network.queries import acting
from tequio.site.demo.tables import PACK, Row, address_of, office_named
from tequio.site.demo.timeline import Act, Days


class Happening:
    """One act of an office, from the table that tells it."""

    def __init__(self, row: Row, days: Days) -> None:
        self.row, self.days = row, days

    def act(self, number: int) -> Act:
        at = self.days.at(self.row["day"], self.row.get("at", "10:30"), number)
        return Act(at, number, partial(VERBS[self.row["do"]], self))

    @property
    def by(self) -> Mandate:
        """Whoever acts for the office of the row now."""
        return acting(office_named(self.row["office"]))[0]

    @property
    def coordinator(self) -> Mandate:
        return acting(Hub.objects.get(home=PACK.upper()).coordination)[0]

    @property
    def organisation(self) -> Organisation:
        return Organisation.objects.get(slug=self.row["organisation"])

    def day(self, name: str) -> date:
        return self.days.on(self.row[name])

    def mandate_of(self, key: str) -> Mandate:
        found = Mandate.objects.current().filter(office=office_named(self.row["office"]))
        return found.get(person__account__email=address_of(key))

    # Days without somebody, and offices that change hands ----------------------------------------------------------

    def close(self) -> None:
        first, last = self.day("first"), self.day("last")
        declare_closure(by=self.by, first_day=first, last_day=last, name=self.row["name"])

    def leave_for_days(self) -> None:
        mandate, stand_in = self.mandate_of(self.row["person"]), self.mandate_of(self.row["stand_in"])
        first, last = self.day("first"), self.day("last")
        declare_absence(mandate, by=mandate, first_day=first, last_day=last, stand_in=stand_in)

    def leave_for_good(self) -> None:
        mandate = self.mandate_of(self.row["person"])
        end_mandate(mandate, by=mandate)

    def hand_over(self) -> None:
        left, to = self.mandate_of(self.row["person"]), self.mandate_of(self.row["to"])
        hand_over_office(left.office, by=left, to=to, learnt=self.row["learnt"])

    # Organisations and governments ---------------------------------------------------------------------------------

    def rename(self) -> None:
        row = self.row
        on, why = self.day("day"), row["why"]
        rename_organisation(self.organisation, row["name"], on=on, by=self.coordinator, why=why)

    def merge(self) -> None:
        into = Organisation.objects.get(slug=self.row["into"])
        on, why = self.day("day"), self.row["why"]
        end_organisation(self.organisation, "merged", on=on, by=self.coordinator, successors=[into], why=why)

    def change_government(self) -> None:
        organisations = list(Organisation.objects.filter(slug__in=self.row["organisations"]))
        name, decide_on, home = self.row["name"], self.day("decide"), PACK.upper()
        change_government(
            home, name=name, organisations=organisations, decide_on=decide_on, by=self.coordinator
        )

    def decide(self) -> None:
        """The new holder decides on what was promised before, to this asker or by the agreement of this title."""
        row, found = self.row, Review.objects.filter(decision="", office=self.by.office)
        if "title" in row:
            found = found.filter(commitment__agreement__title=row["title"])
        else:
            found = found.filter(commitment__case__ask__address=address_of(row["asker"]))
        due_on = self.day("due") if "due" in row else None
        reason = row.get("reason", "")
        decide_review(found.earliest("pk"), row["decision"], by=self.by, reason=reason, due_on=due_on)

    # Agreements ------------------------------------------------------------------------------------------------------

    def propose(self) -> None:
        row = self.row
        terms = agreements.Terms(row["title"], row.get("text", ""), self.day("starts"), self.day("expires"))
        owing = [
            agreements.Owing(
                office_named(each["office"]),
                each["what"],
                self.days.on(each["due"]),
                each.get("in_kind", ""),
            )
            for each in row["owes"]
        ]
        agreements.propose_agreement(terms, owing, to=office_named(row["to"]), by=self.by)

    def sign(self) -> None:
        agreements.sign_agreement(Agreement.objects.get(title=self.row["title"]), by=self.by)

    def agreed(self) -> Commitment:
        """The earliest open commitment of an agreement."""
        found = Commitment.objects.filter(agreement__title=self.row["title"])
        return found.filter(kept_at=None, broken_at=None, dropped_at=None).earliest("due_at")

    def report(self) -> None:
        say_done(self.agreed(), by=self.by)

    def judge(self) -> None:
        judge_commitment(self.agreed(), kept=self.row["kept"], by=self.by)

    # The desk's own work ---------------------------------------------------------------------------------------------

    def template(self) -> None:
        by, row = self.by, self.row
        words = {name: row[name] for name in ("act", "title", "text")}
        keep_template(by.office, by=by, language=row.get("language", "es"), **words)

    def note(self) -> None:
        by = self.by
        write_remark(by.office, self.row["text"], by=by, learnt=self.row.get("learnt", False))


VERBS: dict[str, Callable[[Happening], None]] = {
    "close": Happening.close,
    "be-away": Happening.leave_for_days,
    "leave": Happening.leave_for_good,
    "hand-over": Happening.hand_over,
    "rename": Happening.rename,
    "merge": Happening.merge,
    "change-government": Happening.change_government,
    "decide": Happening.decide,
    "propose": Happening.propose,
    "sign": Happening.sign,
    "report": Happening.report,
    "judge": Happening.judge,
    "template": Happening.template,
    "note": Happening.note,
}


def acts(rows: list[Row], days: Days) -> Iterator[Act]:
    return (Happening(row, days).act(number) for number, row in enumerate(rows))
