"""What askers say when they are asked again, beside what the record says of the same cases: counts, never who.

An office must not learn what one of its askers said. So words are counted in batches: those of an office and a kind
of ask that can no longer change are added to its counts once there are five (`FEWEST`), and the rest waits for the
next sample. Any two releases differ by a whole batch, so none can be taken from the other to read one word. Whatever
is added up (an office, a hub) is the sum of such counts and of nothing else, so taking the others from it leaves
another batch, never a remainder. How many were asked and have answered is shown at any size. Where all of a batch said
the same, that much is known of each of them; who they are is not shown.

From the tables and from the journal alone: the entry of a word does not tell it (it is in the payload, which can be
erased), that of a batch tells its counts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, Q, QuerySet

from tequio.circuit.models import AskKind, Case, Recall
from tequio.circuit.queries.draws import DRAWN
from tequio.circuit.queries.figures import Key
from tequio.circuit.rules import RECALL_OPEN
from tequio.circuit.states import OnRecord, Recalled, Word
from tequio.circuit.statistics import wilson
from tequio.journal.models import Entry
from tequio.kernel import clock
from tequio.network.models import Office

FEWEST = 5
SAID, COUNTED = "recall.said", "recall.counted"
CELL = ("office", "case__kind")


@dataclass
class Recalls:
    """Counts of one office and kind of ask, or of several added up.

    `drawn`: cases whose asker was asked again; `answered`: of these, who has said a word; `counted`: of these, in a
    batch of five or more. `counted` = `happened` + `in_part` + `not_happened`; and of the same cases the record had
    said, at the draw, that they were answered or done: `told`, by the office's word alone, or `confirmed`, by the
    asker's too. The rest of `counted` the record had as not done, or not known to be.
    """

    drawn: int = 0
    answered: int = 0
    counted: int = 0
    happened: int = 0
    in_part: int = 0
    not_happened: int = 0
    told: int = 0
    confirmed: int = 0

    @property
    def on_record(self) -> int:
        """Answered or done, as the record has it, of `counted`."""
        return self.told + self.confirmed

    @property
    def difference(self) -> int:
        """How many more of `counted` the record has as answered or done than askers say happened, wholly or in part."""
        return self.on_record - self.happened - self.in_part

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share that happened, wholly; None below ten, where no share is shown."""
        return wilson(self.happened, self.counted)

    @property
    def percents(self) -> tuple[int, int] | None:
        """The interval in whole per cent, rounded."""
        return (round(100 * self.interval[0]), round(100 * self.interval[1])) if self.interval else None

    def add(self, other: "Recalls") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True)
class Row:
    office: Office
    kind: AskKind
    figures: Recalls


RecallsBy = dict[Key, Recalls]
SAYS = {"happened": Recalled.HAPPENED, "in_part": Recalled.IN_PART, "not_happened": Recalled.NOT}
RECORD = {"told": OnRecord.TOLD, "confirmed": OnRecord.CONFIRMED}
OF_BATCH = {
    "counted": Q(counted_at__isnull=False),
    **{name: Q(counted_at__isnull=False, word=word) for name, word in SAYS.items()},
    **{name: Q(counted_at__isnull=False, on_record=said) for name, said in RECORD.items()},
}
COUNTS = {"drawn": Q(), "answered": ~Q(word=""), **OF_BATCH}
KEYS = ("office_id", "office__organisation__slug", "case__kind__home_id", "case__kind__slug")


def record_of(case: Case) -> OnRecord:
    """What the record says of a closed case now."""
    if case.asker_says in (Word.DONE, Word.AGREES):
        return OnRecord.CONFIRMED
    if case.asker_says in (Word.NOT_DONE, Word.DISPUTES):
        return OnRecord.NOT
    told = case.state in ("answered", "done") or case.office_says == Word.DONE
    return OnRecord.TOLD if told else OnRecord.NOT


def from_tables(**where: Any) -> RecallsBy:
    """The counts by office and kind, as the tables have them; `where` narrows the recalls. One query."""
    found = count_of(Recall.objects.filter(**where), KEYS, COUNTS)
    return {(f"{slug}/{office}", f"{home}/{kind}"): figures for (office, slug, home, kind), figures in found}


def count_of(
    recalls: QuerySet[Recall], keys: Iterable[str], counts: dict[str, Q]
) -> list[tuple[tuple[Any, ...], Recalls]]:
    """These counts of the recalls by their keys."""
    numbers = {f"n_{name}": Count("pk", filter=condition) for name, condition in counts.items()}
    keys = tuple(keys)
    rows = recalls.order_by().values(*keys).annotate(**numbers).values_list(*keys, *numbers)
    return [(row[: len(keys)], Recalls(**dict(zip(counts, row[len(keys) :], strict=True)))) for row in rows]


def from_journal(entries: Iterable[Entry] | None = None) -> RecallsBy:
    """The counts rebuilt from the public facts of the journal alone; they must equal `from_tables`."""
    found: RecallsBy = defaultdict(Recalls)
    if entries is None:
        kinds = (DRAWN, SAID, COUNTED)
        entries = Entry.objects.filter(kind__in=kinds).order_by("sequence").iterator(chunk_size=2000)
    for entry in entries:
        facts = json.loads(entry.facts)
        if entry.kind == DRAWN:
            for each in facts["drawn"]:
                found[each["office"], each["kind"]].drawn += 1
        elif entry.kind == SAID:
            found[entry.office, facts["kind"]].answered += bool(facts["first"])
        elif entry.kind == COUNTED:
            for each in facts["batches"]:
                counts = {name: int(each[name]) for name in OF_BATCH}
                found[each["office"], each["kind"]].add(Recalls(**counts))
    return dict(found)


def rows(**where: Any) -> list[Row]:
    """The counts with their offices and kinds, in the order of names. Three queries, or one where there are none."""
    found = count_of(Recall.objects.filter(**where), CELL, COUNTS)
    offices = Office.objects.select_related("organisation").in_bulk({office for (office, _kind), _ in found})
    kinds = AskKind.objects.in_bulk({kind for (_office, kind), _ in found})
    listed = [Row(offices[office], kinds[kind], figures) for (office, kind), figures in found]
    return sorted(listed, key=lambda row: (row.office.organisation.sort_key, row.office.pk, row.kind.order))


def total(figures: Iterable[Recalls]) -> Recalls:
    """Counts added up: of an office's kinds, of a hub's offices. No word is in it that is not in one of them."""
    added = Recalls()
    for each in figures:
        added.add(each)
    return added


def by_hub(found: RecallsBy) -> dict[str, Recalls]:
    """The counts of each hub, by its country."""
    hubs: dict[str, list[Recalls]] = defaultdict(list)
    for (_office, kind), figures in found.items():
        hubs[kind.partition("/")[0]].append(figures)
    return {home: total(figures) for home, figures in hubs.items()}


def standing() -> QuerySet[Recall]:
    """Recalls whose word can no longer change and is in no batch yet."""
    return Recall.objects.exclude(word="").filter(counted_at=None, drawn_at__lte=clock.now() - RECALL_OPEN)


def ripe_hubs() -> list[str]:
    """The hubs in which an office and kind have enough of them for a batch."""
    cells = standing().order_by().values("case__kind__home", *CELL).annotate(n=Count("pk"))
    return sorted(set(cells.filter(n__gte=FEWEST).values_list("case__kind__home", flat=True)))


def shown_recall(recall: Recall) -> dict[str, Any]:
    """What the letter and the page say of a case whose asker is asked again: no word of the ask itself."""
    case, zone = recall.case, recall.case.ask.zone
    return {
        "recall": recall,
        "case": case,
        "office": recall.office,
        "asked_on": clock.day_of(case.opened_at, zone),
        "until": clock.day_of(recall.drawn_at + RECALL_OPEN, zone),
        "choices": Recalled.choices,
    }


def said_again(case: Case) -> str:
    """What the asker said when they were asked again; "" when nothing."""
    recall = getattr(case, "recall", None)
    return str(Recalled(recall.word).label) if recall and recall.word else ""
