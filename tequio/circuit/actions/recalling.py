"""Asking again: the month's draw with its letters, the asker's word, and the batches in which words are counted."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters
from tequio.circuit.models import Case, Recall
from tequio.circuit.queries.draws import DRAWN, askable, closed_in, month_of, name_of, rank, seed_of, size_of
from tequio.circuit.queries.recalls import (
    CELL,
    COUNTED,
    FEWEST,
    OF_BATCH,
    SAID,
    count_of,
    record_of,
    ripe_hubs,
    standing,
)
from tequio.circuit.states import Recalled
from tequio.journal.actions import write
from tequio.journal.models import Entry
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Hub

AT_ONCE = 500


def draw_samples() -> int:
    """Draws this month's sample of each hub that has none yet; returns how many askers are asked.

    A month in which nobody came to draw is left out, and so is one in which nothing had ended.
    """
    return sum(draw_sample(home) for home in Hub.objects.order_by("pk").values_list("pk", flat=True))


def draw_sample(home: str) -> int:
    """Draws the sample of a hub and asks each by one letter: once a month, whoever else tries at the same time."""
    month = month_of(clock.now())
    if _is_drawn(name_of(home, month)):
        return 0
    with transaction.atomic():
        Hub.objects.select_for_update(no_key=True).get(pk=home)
        ended = closed_in(home, month)
        refs = list(ended.values_list("ref", flat=True))
        if not refs or _is_drawn(name_of(home, month)):
            return 0
        seed = seed_of(month)
        cases, passed_over = _pick(ended, sorted(refs, key=lambda ref: rank(seed, ref)))
        recalls = [_ask(case, month) for case in cases]
        drawn = [
            {"case": each.case.ref, "office": each.office.code, "kind": _kind_of(each.case)}
            for each in recalls
        ]
        facts = {
            "home": home,
            "month": month,
            "closed": len(refs),
            "drawn": drawn,
            "passed_over": passed_over,
        }
        write(DRAWN, reference=name_of(home, month), facts=facts)
    return len(cases)


def say_again(recall: Recall, word: str) -> Recall:
    """The asker's word; another one within the days replaces it, the same again changes nothing."""
    with transaction.atomic():
        found = Recall.objects.select_for_update(of=("self",), no_key=True)
        recall = found.select_related("case__kind", "office__organisation").get(pk=recall.pk)
        if word not in Recalled.values:
            raise Refused(_("Choose one of the answers."))
        if recall.word == word:
            return recall
        if recall.over:
            raise Refused(_("The days to say it are over: the answers are counted."))
        first, recall.word, recall.said_at = not recall.word, word, clock.now()
        recall.save(update_fields=["word", "said_at"])
        facts = {"home": recall.case.kind.home_id, "kind": _kind_of(recall.case), "first": first}
        write(SAID, office=recall.office.code, reference=recall.case.ref, facts=facts, payload={"word": word})
    return recall


def count_words() -> int:
    """Adds to the published counts the words that stand, where an office and kind have enough; returns how many."""
    return sum(_count(home) for home in ripe_hubs())


def _count(home: str) -> int:
    """One act for each hub: its batches, in one entry."""
    with transaction.atomic():
        Hub.objects.select_for_update(no_key=True).get(pk=home)
        cells: dict[tuple[int, int], list[Recall]] = defaultdict(list)
        words = standing().filter(case__kind__home=home).select_related("case__kind", "office__organisation")
        for recall in words.select_for_update(of=("self",), no_key=True).order_by("pk"):
            cells[recall.office_id, recall.case.kind_id].append(recall)
        batches = {cell: each for cell, each in sorted(cells.items()) if len(each) >= FEWEST}
        pks = [recall.pk for batch in batches.values() for recall in batch]
        if not pks:
            return 0
        counted = Recall.objects.filter(pk__in=pks)
        counted.update(counted_at=clock.now())
        facts = []
        for cell, figures in sorted(count_of(counted, CELL, OF_BATCH), key=lambda row: row[0]):
            one = batches[cell[0], cell[1]][0]
            counts = {name: getattr(figures, name) for name in OF_BATCH}
            facts.append({"office": one.office.code, "kind": _kind_of(one.case), **counts})
        write(COUNTED, facts={"home": home, "batches": facts})
    return len(pks)


def _is_drawn(name: str) -> bool:
    return Entry.objects.filter(reference=name, kind=DRAWN).exists()


def _pick(ended: QuerySet[Case], ranked: Sequence[str]) -> tuple[list[Case], list[str]]:
    """The first in the ranking who may be asked, as many as belong to the sample, and who before them may not.

    Their cases are locked, so that nobody is erased or closes anew meanwhile.
    """
    size, picked, passed_over = size_of(len(ranked)), list[Case](), list[str]()
    for start in range(0, len(ranked), AT_ONCE):
        part = ranked[start : start + AT_ONCE]
        cases = ended.filter(ref__in=part)
        list(cases.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
        found = askable(cases).select_related("ask", "kind", "owner__organisation")
        by_ref = {case.ref: case for case in found}
        for ref in part:
            if len(picked) == size:
                return picked, passed_over
            if ref in by_ref:
                picked.append(by_ref[ref])
            else:
                passed_over.append(ref)
    return picked, passed_over


def _ask(case: Case, month: date) -> Recall:
    assert case.owner is not None
    on_record = record_of(case)
    recall = Recall.objects.create(case=case, office=case.owner, month=month, on_record=on_record)
    letters.asked_again(recall)
    return recall


def _kind_of(case: Case) -> str:
    """How the journal names the kind of ask."""
    return f"{case.kind.home_id}/{case.kind.slug}"
