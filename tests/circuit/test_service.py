"""Equal service: after three dates in a row at a post, new asks go to the central desk until it answers again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import pass_on_leg, undo_answer
from tequio.circuit.actions.asker import withdraw_case
from tequio.circuit.actions.delivery import letter_refused
from tequio.circuit.actions.promises import sign_again
from tequio.circuit.models import EntryPoint, Leg, Promise
from tequio.circuit.queries.asking import prospect
from tequio.circuit.queries.offices import ways_on
from tequio.circuit.queries.routing import live_promises, promises_in_force
from tequio.circuit.queries.why import why_sentence
from tequio.circuit.states import Rung
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Organisation, Role
from tequio.notices.models import Letter
from tequio.people.models import Account
from tequio.reference.models import Country
from tests.cast import Cast, letters, open_leg_of, told, work
from tests.circuit.quiet import SUPPORT, answer, pass_date, quiet_offices, run_out
from tests.conftest import Clock


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


@pytest.fixture
def ema(cast: Cast, mesa: Mandate) -> Mandate:
    """Ema holds the embassy in Germany, which has promised support there within three working days."""
    mandate = cast.hold("embassy-de", "Ema", language="en")
    cast.promise(mandate, SUPPORT, days=3, countries=["DE"])
    return mandate


def ask(cast: Cast) -> Leg:
    return cast.leg(SUPPORT, address=f"b{Leg.objects.count()}@example.net")


def just_after(leg: Leg, clock: Clock) -> None:
    """A second after the date of the leg."""
    assert leg.due_at is not None
    clock.to(leg.due_at + timedelta(seconds=1))


def test_after_three_dates_in_a_row_a_new_ask_goes_to_the_coordinating_office(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    third = run_out(cast, clock, 3)[-1]
    leg = ask(cast)
    assert (leg.owner, leg.rung) == (cast.desk, Rung.CENTRAL)
    assert third.closed_at is not None
    day = third.closed_at.date()
    assert leg.why == {"quiet": ema.office_id, "since": str(day), "missed": 3}
    assert quiet_offices() == {ema.office.code: third.closed_at}


def test_two_dates_are_not_enough(cast: Cast, ema: Mandate, clock: Clock) -> None:
    run_out(cast, clock, 2)
    assert ask(cast).owner == ema.office
    assert quiet_offices() == {}


def test_the_asker_reads_why_in_plain_words(cast: Cast, ema: Mandate, clock: Clock) -> None:
    run_out(cast, clock, 3)
    leg = ask(cast)
    with translation.override("en"):
        said = why_sentence(leg)
    assert said == (
        "The promise of Head office, Embajada en Alemania (en) fits best, but there three dates in a row ran out "
        "without an answer. Since Jan. 4, 2027 its new asks come to this office until it answers again. The answer "
        "is due within 8 working days."
    )
    (letter,) = letters("asker_receipt", leg.case.ask.address)
    assert why_sentence(leg)[:60] in " ".join(letter.text.split())


@pytest.mark.parametrize("late", [False, True])
def test_an_answer_ends_the_row_even_a_late_one(cast: Cast, ema: Mandate, clock: Clock, late: bool) -> None:
    run_out(cast, clock, 2)
    leg = ask(cast)
    if late:
        just_after(leg, clock)
    answer(leg, ema)
    assert Leg.objects.get(pk=leg.pk).in_time is not late
    run_out(cast, clock, 2)
    assert ask(cast).owner == ema.office


def test_what_was_withdrawn_counts_neither_way(cast: Cast, ema: Mandate, clock: Clock) -> None:
    run_out(cast, clock, 2)
    withdraw_case(ask(cast).case)
    assert ask(cast).owner == ema.office
    pass_date(clock)
    assert ask(cast).owner == cast.desk


def test_what_could_not_be_delivered_counts_neither_way(cast: Cast, ema: Mandate, clock: Clock) -> None:
    run_out(cast, clock, 2)
    case = cast.case(SUPPORT, delivered=False, address="x@example.net")
    letter = Letter.objects.filter(template="leg_new").latest("pk")
    letter_refused(letter)
    assert list(case.legs.order_by("number").values_list("outcome", flat=True)) == ["undelivered", ""]
    Account.objects.update(broken_since=None)
    assert ask(cast).owner == ema.office


def test_passing_on_after_the_date_is_a_date_that_ran_out_and_before_it_an_answer(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    run_out(cast, clock, 2)
    in_time = ask(cast)
    pass_on_leg(in_time, by=ema, to=cast.desk, reason="full")
    run_out(cast, clock, 2)
    late = ask(cast)
    just_after(late, clock)
    pass_on_leg(late, by=ema, to=cast.desk, reason="full")
    assert quiet_offices() == {ema.office.code: clock.instant}
    assert ask(cast).owner == cast.desk


def test_taking_back_a_late_passing_on_brings_the_asks_back(cast: Cast, ema: Mandate, clock: Clock) -> None:
    run_out(cast, clock, 2)
    late = ask(cast)
    just_after(late, clock)
    pass_on_leg(late, by=ema, to=cast.desk, reason="full")
    assert ask(cast).owner == cast.desk
    undo_answer(Leg.objects.get(pk=late.pk), by=ema)
    assert quiet_offices() == {}
    assert ask(cast).owner == ema.office


def with_one_open(cast: Cast, clock: Clock) -> Leg:
    """Three dates ran out, and an ask that came before the last of them is still open."""
    run_out(cast, clock, 2)
    last = ask(cast)
    clock.forward(days=6)
    still = ask(cast)
    while Leg.objects.get(pk=last.pk).closed_at is None:
        clock.forward(days=1)
        work()
    assert Leg.objects.get(pk=still.pk).closed_at is None
    return still


def test_answering_an_open_ask_brings_new_asks_back_at_once(cast: Cast, ema: Mandate, clock: Clock) -> None:
    still = with_one_open(cast, clock)
    assert quiet_offices() == {ema.office.code: clock.instant}
    assert ask(cast).owner == cast.desk
    clock.forward(minutes=5)
    answer(still, ema)
    assert quiet_offices() == {}
    assert ask(cast).owner == ema.office
    assert '"turn":"back"' in Entry.objects.filter(kind="leg.declined").latest("sequence").facts


def test_taking_that_answer_back_sends_new_asks_elsewhere_again(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    still = with_one_open(cast, clock)
    since = quiet_offices()
    answer(still, ema)
    undo_answer(Leg.objects.get(pk=still.pk), by=ema)
    assert quiet_offices() == since
    assert ask(cast).owner == cast.desk
    assert '"turn":"quiet"' in Entry.objects.filter(kind="leg.undone").latest("sequence").facts


def test_what_is_open_there_stays_with_its_date(cast: Cast, ema: Mandate, clock: Clock) -> None:
    still = with_one_open(cast, clock)
    now = Leg.objects.get(pk=still.pk)
    assert (now.owner, now.due_on) == (ema.office, still.due_on)


def test_with_nothing_open_the_office_says_that_it_is_back_by_signing_again(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    run_out(cast, clock, 3)
    before = Promise.objects.get(withdrawn_at=None)
    (promise,) = sign_again(ema.office, by=ema)
    assert (promise.days, promise.valid_until, promise.kind) == (3, before.valid_until, before.kind)
    assert [country.pk for country in promise.countries.all()] == ["DE"]
    assert quiet_offices() == {}
    assert ask(cast).owner == ema.office
    entry = Entry.objects.filter(kind="promise.signed").latest("sequence")
    assert '"turn":"back"' in entry.facts.replace(" ", "")


def test_only_who_acts_says_that_the_office_is_back(cast: Cast, ema: Mandate, clock: Clock) -> None:
    run_out(cast, clock, 3)
    dora = cast.hold("embassy-de", "Dora", role=Role.DEPUTY)
    with pytest.raises(Refused):
        sign_again(ema.office, by=dora)
    end_mandate(ema, by=None)
    assert len(sign_again(ema.office, by=dora)) == 1


def test_without_a_promise_in_force_there_is_nothing_to_sign_again(cast: Cast, mesa: Mandate) -> None:
    ema = cast.hold("embassy-de", "Ema")
    with pytest.raises(Refused):
        sign_again(ema.office, by=ema)


def test_the_rule_is_for_posts_alone(cast: Cast, mesa: Mandate, clock: Clock) -> None:
    dora = cast.hold("institute", "Dora")
    cast.promise(dora, SUPPORT, days=3)
    for _ in range(3):
        leg = ask(cast)
        pass_date(clock)
        assert Leg.objects.get(pk=leg.pk).outcome == "missed"
    assert ask(cast).owner == dora.office


def test_the_fallback_that_is_recorded_stands_in_first_even_another_post(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    cast.organisation("consulate-es", "post", "Consulado en España", country="ES")
    rosa = cast.promise(cast.hold("consulate-es", "Rosa"), SUPPORT, days=4, countries=["ES"])
    run_out(cast, clock, 3)
    assert ask(cast).owner == cast.desk
    EntryPoint.objects.filter(office=ema.office).update(fallback=rosa.entry_point)
    leg = ask(cast)
    assert (leg.owner, leg.rung, leg.days) == (rosa.entry_point.office, Rung.CENTRAL, 4)


def test_another_post_that_has_promised_the_same_gets_nothing_without_an_arrangement(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    cast.organisation("consulate-de", "post", "Consulado en Alemania", country="DE")
    cast.promise(cast.hold("consulate-de", "Rosa"), SUPPORT, days=30, countries=["DE"])
    run_out(cast, clock, 3)
    assert ask(cast).owner == cast.desk


def test_the_ministry_above_stands_in_when_it_has_promised_and_no_post_above_does(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    embassy, above = ema.office.organisation, cast.organisation("embassy-eu", "post", "Embajada ante la UE")
    Organisation.objects.filter(pk=above.pk).update(parent=cast.organisations["agency"])
    Organisation.objects.filter(pk=embassy.pk).update(parent=above)
    for slug, name in (("embassy-eu", "Rosa"), ("agency", "Dora")):
        cast.promise(cast.hold(slug, name), SUPPORT, days=6, countries=["ES"])
    run_out(cast, clock, 3)
    leg = ask(cast)
    assert (leg.owner, leg.days) == (cast.office("agency"), 6)


def test_a_quiet_fallback_steps_in_for_nobody(cast: Cast, ema: Mandate, clock: Clock) -> None:
    cast.organisation("consulate-es", "post", "Consulado en España", country="ES")
    spain = cast.promise(cast.hold("consulate-es", "Rosa"), SUPPORT, days=4, countries=["ES"])
    run_out(cast, clock, 3)
    EntryPoint.objects.filter(pk=spain.entry_point_id).update(
        fallback=EntryPoint.objects.get(office=ema.office)
    )
    leg = cast.leg(SUPPORT, country=Country.objects.get(pk="ES"))
    assert leg.owner == spain.entry_point.office
    pass_date(clock)
    assert Leg.objects.get(pk=leg.pk).outcome == "missed"
    assert open_leg_of(leg.case).owner == cast.desk


def test_nobody_can_pass_an_ask_on_to_a_quiet_post(
    cast: Cast, mesa: Mandate, ema: Mandate, clock: Clock
) -> None:
    run_out(cast, clock, 3)
    leg = ask(cast)
    assert list(ways_on(leg)) == []
    with pytest.raises(Refused):
        pass_on_leg(leg, by=mesa, to=ema.office, reason="full")


def test_a_quiet_promise_is_in_force_but_not_live(cast: Cast, ema: Mandate, clock: Clock) -> None:
    (last,) = run_out(cast, clock, 3)[2:]
    (promise,) = promises_in_force()
    assert promise.quiet_since == last.closed_at
    assert list(live_promises()) == []


def mails(outbox: list[Any], start: str, to: str) -> list[str]:
    """The mails to an address whose subject begins so, their lines as one."""
    found = [mail for mail in outbox if mail.to == [to] and mail.subject.startswith(start)]
    return [" ".join(mail.body.split()) for mail in found]


def test_the_office_is_told_once_by_letter_in_its_language(
    cast: Cast, ema: Mandate, clock: Clock, mailoutbox: list[Any]
) -> None:
    run_out(cast, clock, 3)
    pass_date(clock)
    subject = "Embajada en Alemania (en): new asks go to another desk for now"
    (text,) = mails(mailoutbox, subject, "ema@example.org")
    assert "new asks that would come to you go to Head office, Mesa de coordinación (en) from today" in text
    assert "Nothing is open with you. Say on your desk that you are back" in text


def test_the_letter_names_what_is_open_with_a_link_to_answer_it(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    still = with_one_open(cast, clock)
    (letter,) = letters("office_quiet")
    text = " ".join(letter.text.split())
    assert "Answer any one ask, late or not, and new asks come to you again. 1 is open:" in text
    assert f"/answer/{still.case.ref}/1/{ema.pk}/" in text


def test_chapters_in_its_jurisdiction_and_coordination_see_it_coming(
    cast: Cast, ema: Mandate, clock: Clock
) -> None:
    ema.office.organisation.jurisdictions.set([Country.objects.get(pk="DE")])
    cast.hold("chapter-berlin", "Beto")
    cast.hold("chapter-madrid", "Carla")
    run_out(cast, clock, 1)
    assert [kind for _slug, kind in told() if kind.startswith("post-")] == []
    run_out(cast, clock, 1)
    near = [("chapter-berlin", "post-near"), ("mesa", "post-near")]
    assert [line for line in told() if line[1].startswith("post-")] == near
    run_out(cast, clock, 1)
    over = [("chapter-berlin", "post-quiet"), ("mesa", "post-quiet")]
    assert [line for line in told() if line[1].startswith("post-")] == near + over


def test_the_digest_names_the_post_and_the_central_desk(
    cast: Cast, ema: Mandate, clock: Clock, mailoutbox: list[Any]
) -> None:
    ema.office.organisation.jurisdictions.set([Country.objects.get(pk="DE")])
    cast.hold("chapter-berlin", "Beto", language="en")
    run_out(cast, clock, 2)
    clock.forward(days=1)
    work()
    clock.forward(hours=1)
    work()
    line = (
        "Two dates ran out in a row at Head office, Embajada en Alemania (en). After one more, new asks go to Head "
        "office, Mesa de coordinación (en)."
    )
    assert [line in text for text in mails(mailoutbox, "", "beto@example.org")] == [True]


def test_who_would_answer_says_so_before_the_ask_is_sent(cast: Cast, ema: Mandate, clock: Clock) -> None:
    run_out(cast, clock, 3)
    found = prospect(cast.ask(SUPPORT))
    assert found is not None
    assert (found.target.office, found.target.rung) == (cast.desk, Rung.CENTRAL)
