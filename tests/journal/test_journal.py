"""The journal: append-only, chained, erasable; and what happens to it is seen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tequio.journal.actions import Act, erase, write, write_many
from tequio.journal.chain import canonical, entry_digest, payload_digest
from tequio.journal.models import Entry, Head, Payload
from tequio.journal.queries import Verdict, verify
from tests.conftest import START, Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(clock: Clock) -> list[Entry]:
    """Six entries about two asks, an hour apart."""
    entries = []
    for number in range(1, 7):
        with transaction.atomic():
            reference = "mx-a" if number % 2 else "mx-b"
            facts, payload = {"leg": number}, {"text": f"secret {number}"}
            entries.append(
                write("leg.accepted", office="o/1", reference=reference, facts=facts, payload=payload)
            )
        clock.forward(hours=1)
    return entries


# Writing --------------------------------------------------------------------------


def test_an_empty_journal_holds() -> None:
    assert verify() == Verdict(entries=0, erased=0)


def test_entries_are_numbered_dated_and_chained(journal: list[Entry]) -> None:
    assert [entry.sequence for entry in journal] == [1, 2, 3, 4, 5, 6]
    assert [entry.at for entry in Entry.objects.all()] == [START + timedelta(hours=h) for h in range(6)]
    before = ""
    for entry in Entry.objects.all():
        assert entry.digest == entry_digest(before, entry)
        before = entry.digest
    head = Head.objects.get()
    assert (head.sequence, head.digest) == (6, before)
    assert verify() == Verdict(entries=6, erased=0)


def test_an_entry_keeps_public_facts_apart_from_its_payload(journal: list[Entry]) -> None:
    entry = Entry.objects.get(sequence=3)
    assert (entry.kind, entry.office, entry.reference, entry.facts) == (
        "leg.accepted",
        "o/1",
        "mx-a",
        '{"leg":3}',
    )
    assert entry.payload.body == '{"text":"secret 3"}'
    assert entry.payload_digest == payload_digest(entry.payload.salt, entry.payload.body)
    assert "secret" not in "".join(str(value) for value in vars(entry).values() if isinstance(value, str))


def test_equal_payloads_have_different_digests() -> None:
    with transaction.atomic():
        first, second = (write("ask.recorded", payload={"name": "Ana"}) for _ in range(2))
    assert first.payload_digest != second.payload_digest


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_written_inside_the_act_alone() -> None:
    with pytest.raises(RuntimeError, match="inside the act's transaction"):
        write("leg.accepted")
    assert verify() == Verdict(entries=0, erased=0)


def test_an_act_that_fails_leaves_no_entry(journal: list[Entry]) -> None:
    def act() -> None:
        with transaction.atomic():
            write("leg.declined")
            raise LookupError

    with pytest.raises(LookupError):
        act()
    assert verify() == Verdict(entries=6, erased=0)


def test_the_chain_goes_on_after_an_erasure(journal: list[Entry]) -> None:
    erase("mx-a")
    with transaction.atomic():
        write("case.erased", reference="mx-a")
    assert verify() == Verdict(entries=7, erased=3)


def test_a_journal_of_another_place_has_the_same_digest_for_the_same_act(journal: list[Entry]) -> None:
    entry = Entry.objects.get(sequence=1)
    copy = Entry(
        **{name: getattr(entry, name) for name in ("sequence", "kind", "office", "reference", "facts")}
    )
    copy.at, copy.payload_digest = entry.at.astimezone(), entry.payload_digest
    assert entry_digest("", copy) == entry.digest


# What is seen ------------------------------------------------------------------------


def change(sequence: int, **values: object) -> None:
    Entry.objects.filter(sequence=sequence).update(**values)


def drop(sequence: int) -> None:
    Entry.objects.filter(sequence=sequence).delete()


def swap(one: int, other: int) -> None:
    """Two entries change places, numbers and payloads included."""
    Payload.objects.filter(entry__in=(one, other)).delete()
    first, second = Entry.objects.get(sequence=one), Entry.objects.get(sequence=other)
    first.sequence, second.sequence = other, one
    first.save()
    second.save()


def insert(after: int) -> None:
    """A made-up entry is put behind one; those that follow move up, digests and all."""
    Payload.objects.all().delete()
    for entry in Entry.objects.filter(sequence__gt=after).order_by("-sequence"):
        Entry.objects.filter(sequence=entry.sequence).update(sequence=entry.sequence + 1)
    before = Entry.objects.get(sequence=after) if after else Entry(digest="", payload_digest="", at=START)
    made_up = Entry(
        sequence=after + 1, at=before.at, kind="leg.accepted", payload_digest=before.payload_digest
    )
    made_up.digest = entry_digest(before.digest, made_up)
    made_up.save(force_insert=True)
    Head.objects.update(sequence=Entry.objects.count())


def resign(sequence: int) -> None:
    """Changes an entry and gives it a digest that fits, as somebody who knows the method would."""
    entry = Entry.objects.get(sequence=sequence)
    before = Entry.objects.filter(sequence=sequence - 1).values_list("digest", flat=True).first() or ""
    entry.office = "other/2"
    change(sequence, office=entry.office, digest=entry_digest(before, entry))


def add_behind_the_head() -> None:
    last = Entry.objects.get(sequence=6)
    made_up = Entry(sequence=7, at=last.at, kind="leg.accepted", payload_digest=last.payload_digest)
    made_up.digest = entry_digest(last.digest, made_up)
    made_up.save(force_insert=True)


CHANGED, GONE, END = "changed, or out of its place", "missing", "the chain does not end where its head says"
HARMS: dict[str, tuple[Callable[[], object], int, str]] = {
    "kind": (lambda: change(2, kind="leg.declined"), 2, CHANGED),
    "office": (lambda: change(4, office="o/2"), 4, CHANGED),
    "reference": (lambda: change(1, reference="mx-c"), 1, CHANGED),
    "facts": (lambda: change(6, facts='{"leg":7}'), 6, CHANGED),
    "instant by a microsecond": (lambda: change(3, at=START + timedelta(hours=2, microseconds=1)), 3, CHANGED),
    "digest": (lambda: change(5, digest="0" * 64), 5, CHANGED),
    "digest of the payload": (lambda: change(5, payload_digest="0" * 64), 5, CHANGED),
    "payload": (
        lambda: Payload.objects.filter(entry=2).update(body='{"text":"other"}'), 2, "its payload was changed",
    ),
    "salt": (lambda: Payload.objects.filter(entry=6).update(salt="0" * 32), 6, "its payload was changed"),
    "first dropped": (lambda: drop(1), 1, GONE),
    "one dropped in the middle": (lambda: drop(4), 4, GONE),
    "last dropped": (lambda: drop(6), 6, END),
    "two dropped at the end": (lambda: [drop(5), drop(6)], 5, END),
    "all dropped": (lambda: Entry.objects.all().delete(), 1, END),
    "neighbours swapped": (lambda: swap(3, 4), 3, CHANGED),
    "first and last swapped": (lambda: swap(1, 6), 1, CHANGED),
    "one inserted in the middle": (lambda: insert(3), 5, CHANGED),
    "one inserted at the front": (lambda: insert(0), 2, CHANGED),
    "changed and signed anew": (lambda: resign(2), 3, CHANGED),
    "last changed and signed anew": (lambda: resign(6), 7, END),
    "added behind the head": (add_behind_the_head, 7, END),
    "head set back": (lambda: Head.objects.update(sequence=5), 6, END),
    "head lost": (lambda: Head.objects.all().delete(), 1, END),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
def test_the_first_broken_entry_is_named(journal: list[Entry], harm: str) -> None:
    do, broken, why = HARMS[harm]
    do()
    verdict = verify()
    assert (verdict.broken, verdict.why) == (broken, why)


def test_of_two_harms_the_first_is_named(journal: list[Entry]) -> None:
    change(5, office="o/2")
    change(2, office="o/2")
    assert verify().broken == 2


@pytest.mark.parametrize(("reference", "erased"), [("mx-a", 3), ("mx-b", 3), ("mx-c", 0)])
def test_an_erased_payload_is_counted_and_breaks_nothing(
    journal: list[Entry], reference: str, erased: int
) -> None:
    assert erase(reference) == erased
    assert verify() == Verdict(entries=6, erased=erased)
    left = "".join(Payload.objects.values_list("body", flat=True))
    assert all((f"secret {n}" in left) is (reference != ("mx-a" if n % 2 else "mx-b")) for n in range(1, 7))


def test_after_an_erasure_a_change_is_still_seen(journal: list[Entry]) -> None:
    erase("mx-a")
    change(3, facts='{"leg":4}')
    assert verify() == Verdict(entries=6, erased=3, broken=3, why=CHANGED)


def test_a_tail_cut_off_together_with_its_head_is_not_seen(journal: list[Entry]) -> None:
    """The limit that `tequio verify` owns up to."""
    drop(6)
    last = Entry.objects.get(sequence=5)
    Head.objects.update(sequence=5, digest=last.digest)
    assert verify() == Verdict(entries=5, erased=0)


# The canonical form ------------------------------------------------------------------


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=6))
def test_the_order_of_keys_changes_nothing(value: dict[str, object]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


@given(
    st.text(max_size=20), st.text(max_size=20), st.text(min_size=32, max_size=32, alphabet="0123456789abcdef")
)
def test_different_payloads_have_different_digests(one: str, other: str, salt: str) -> None:
    assert (payload_digest(salt, one) == payload_digest(salt, other)) is (one == other)


# Many acts at once ----------------------------------------------------------------


def test_many_acts_at_once_are_chained_as_if_each_had_been_written_alone(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same salts, so that the digests can be compared: one write of five acts, and five writes."""
    acts = [
        Act("leg.reminded", "o/1", f"mx-{number}", {"stage": 1}, {"n": number} if number % 2 else {})
        for number in range(5)
    ]

    def chain(*parts: list[Act]) -> list[str]:
        salts = iter(f"{number:032x}" for number in range(5))
        monkeypatch.setattr("tequio.journal.actions.secrets.token_hex", lambda n: next(salts))
        with transaction.atomic():
            for part in parts:
                write_many(part)
            assert verify().broken is None
            digests = list(Entry.objects.order_by("sequence").values_list("digest", flat=True))
            transaction.set_rollback(True)
        return digests

    together, alone = chain(acts), chain(*([act] for act in acts))
    assert (len(together), together) == (5, alone)


def test_many_acts_go_on_from_what_is_there_and_none_writes_nothing(journal: list[Entry]) -> None:
    with transaction.atomic():
        write_many([])
        write_many([Act("leg.reminded", reference="mx-c"), Act("leg.reminded", reference="mx-d")])
    assert [entry.sequence for entry in Entry.objects.filter(kind="leg.reminded")] == [7, 8]
    assert (Head.objects.get().sequence, verify()) == (8, Verdict(entries=8, erased=0))
    assert [payload.body for payload in Payload.objects.filter(entry__gt=6)] == ["{}", "{}"]


@pytest.mark.django_db(transaction=True)
def test_many_acts_are_part_of_an_act_too() -> None:
    with pytest.raises(RuntimeError):
        write_many([Act("leg.reminded")])
