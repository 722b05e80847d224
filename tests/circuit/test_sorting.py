"""To which leg a mail belongs, decided from clues alone: the right one or a person, never a wrong one."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tequio.circuit.sorting import NUMBER, SECRET, WHY, By, Clue, Decision, Fate, decide

SURE = (*SECRET, *NUMBER)
clues = st.lists(
    st.builds(Clue, leg=st.integers(1, 4), case=st.just(0), by=st.sampled_from(By), acts=st.booleans()).map(
        lambda clue: Clue(clue.leg, (clue.leg + 1) // 2, clue.by, clue.acts)
    ),
    max_size=6,
)


def clue(leg: int, by: By, *, acts: bool = True, case: int = 0) -> Clue:
    return Clue(leg, case or leg, by, acts)


def test_every_way_to_find_a_leg_is_said_in_words() -> None:
    assert set(WHY) == set(By)


@pytest.mark.parametrize("by", SECRET)
def test_what_only_our_letter_told_is_certain(by: By) -> None:
    assert decide([clue(1, by)]) == Decision(Fate.TAKE, clue(1, by))
    assert decide([clue(1, by, acts=False)]) == Decision(Fate.ASK, clue(1, by, acts=False))


@pytest.mark.parametrize("by", NUMBER)
def test_what_the_asker_knows_too_is_confirmed_by_the_office(by: By) -> None:
    assert decide([clue(1, by)]) == Decision(Fate.ASK, clue(1, by))
    assert decide([clue(1, by, acts=False)]).fate is Fate.HOLD


@pytest.mark.parametrize("by", [By.SENDER, By.ASKER])
def test_who_wrote_says_nothing_of_what_it_is_about(by: By) -> None:
    assert decide([clue(1, by)]) == Decision(Fate.HOLD, guesses=(clue(1, by),))


def test_each_guess_is_one_leg_with_its_surest_reason_first() -> None:
    found = decide([clue(2, By.SENDER), clue(1, By.SENDER), clue(1, By.SUBJECT, acts=False)])
    assert found.guesses == (clue(1, By.SUBJECT, acts=False), clue(2, By.SENDER))


def test_the_address_goes_before_the_thread_within_one_ask() -> None:
    both = [clue(2, By.ADDRESS, case=1), clue(1, By.THREAD, case=1)]
    assert decide(both) == Decision(Fate.TAKE, both[0])


def test_of_a_thread_the_nearest_letter_counts() -> None:
    thread = [clue(2, By.THREAD, case=1), clue(1, By.THREAD, case=1)]
    assert decide(thread).clue == thread[0]


@given(clues)
def test_a_leg_is_certain_only_when_nothing_names_another_ask(found: Sequence[Clue]) -> None:
    decision = decide(found)
    named = {clue.case for clue in found if clue.by in SURE}
    if decision.clue:
        assert decision.clue in found
        assert named == {decision.clue.case}
        assert decision.fate in (Fate.TAKE, Fate.ASK)
    else:
        assert decision.fate is Fate.HOLD
        assert {clue.leg for clue in decision.guesses} == {clue.leg for clue in found}


@given(clues)
def test_only_a_secret_and_who_acts_make_an_answer(found: Sequence[Clue]) -> None:
    decision = decide(found)
    if decision.fate is Fate.TAKE:
        assert decision.clue is not None
        assert (decision.clue.by in SECRET, decision.clue.acts) == (True, True)


@given(clues, st.booleans())
def test_no_machine_and_none_of_ours_ever_answers_or_troubles_anybody(
    found: Sequence[Clue], ours: bool
) -> None:
    decision = decide(found, human=ours, ours=ours)
    assert decision.fate in (Fate.KEEP, Fate.PUT_ASIDE)
    assert decision.clue == decide(found).clue


@given(clues, st.permutations(range(6)))
def test_the_order_of_the_clues_matters_only_within_a_thread(found: list[Clue], order: list[int]) -> None:
    plain = [clue for clue in found if clue.by is not By.THREAD]
    turned = [plain[place] for place in order if place < len(plain)]
    assert decide(turned).fate == decide(plain).fate
    assert (decide(turned).clue is None) == (decide(plain).clue is None)
