"""Whether an ask reached its office: what counts as evidence, and what a dead address does."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg
from tequio.circuit.actions.asker import reply_to_question
from tequio.circuit.actions.delivery import leg_of, letter_refused, letter_taken
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.queries.routing import live_promises
from tequio.circuit.states import Evidence, LegOutcome, Rung
from tequio.kernel import due
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tequio.network.queries import is_reachable
from tequio.notices.models import Letter
from tequio.people.models import Account
from tests.cast import Cast, letters, open_leg_of, path_in
from tests.circuit.desks import signed, url
from tests.circuit.reading import words
from tests.conftest import Clock

BETO = "beto@example.org"


class Server:
    """A mail server that refuses some addresses, for good (5xx) or for now (4xx)."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self.down = False

    def take(self, messages: Sequence[EmailMultiAlternatives]) -> int:
        if self.down:
            raise SMTPServerDisconnected("down")
        for message in messages:
            code = self.codes.get(message.to[0])
            if code:
                raise SMTPRecipientsRefused({message.to[0]: (code, b"no")})
            mail.outbox.append(message)
        return len(messages)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()
    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages",
        lambda _self, messages: found.take(messages),
    )
    return found


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    """Beto holds the chapter in Berlin, Carla the one in Madrid, its fallback; Ana coordinates."""
    cast.hold("mesa", "Ana")
    madrid = cast.promise(cast.hold("chapter-madrid", "Carla"), days=20)
    beto = cast.hold("chapter-berlin", "Beto")
    cast.promise(beto, fallback=madrid.entry_point)
    return beto


def fresh(cast: Cast) -> Leg:
    """A leg of which nothing shows yet that it has come."""
    return open_leg_of(cast.case(delivered=False))


def reload(leg: Leg) -> Leg:
    return Leg.objects.select_related("case", "owner__organisation").get(pk=leg.pk)


def outcomes(case: Case) -> list[str]:
    return list(case.legs.order_by("number").values_list("outcome", flat=True))


# Evidence -------------------------------------------------------------------------------


def test_a_leg_has_a_date_from_the_first_instant_and_no_delivery(cast: Cast, beto: Mandate) -> None:
    leg = fresh(cast)
    assert (leg.delivered_at, leg.evidence, leg.due_on) == (None, "", date(2026, 12, 3))


def test_what_the_mail_server_takes_is_delivered(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    leg = fresh(cast)
    clock.forward(minutes=1)
    due.work_off()
    assert (reload(leg).delivered_at, reload(leg).evidence) == (clock.instant, Evidence.SERVER)
    assert Letter.objects.get(template="leg_new").tag == f"leg-{leg.pk}/{beto.pk}"


def test_delivery_on_the_same_day_moves_nothing_and_is_in_the_journal(cast: Cast, beto: Mandate) -> None:
    leg = open_leg_of(cast.case())
    assert (leg.due_on, leg.due_version) == (date(2026, 12, 3), 1)
    assert not Event.objects.filter(kind="delivered").exists()
    assert from_journal() == from_tables()


def test_delivery_on_a_later_day_moves_the_date_and_the_asker_s(
    cast: Cast, beto: Mandate, clock: Clock
) -> None:
    leg = fresh(cast)
    clock.forward(days=1)
    letter_taken(letters("leg_new")[0])
    leg = reload(leg)
    assert (leg.due_on, leg.case.due_on, leg.due_version) == (date(2026, 12, 4), date(2026, 12, 4), 2)
    assert (leg.case.due_at, leg.case.first_due_on) == (leg.due_at, date(2026, 12, 3))
    assert Event.objects.get(kind="delivered").data == {"due_on": "2026-12-04"}
    assert from_journal() == from_tables()


def test_only_the_first_evidence_counts(client: Client, cast: Cast, beto: Mandate, clock: Clock) -> None:
    leg = fresh(cast)
    path = path_in(letters("leg_new")[0])
    assert client.head(path).status_code == 200
    assert reload(leg).delivered_at is None
    opened = clock.forward(days=1)
    assert "Your answer is due by Dec. 4, 2026" in words(client.get(f"/en{path}"))
    clock.forward(days=1)
    client.get(path)
    letter_taken(letters("leg_new")[0])
    assert (reload(leg).delivered_at, reload(leg).evidence) == (opened, Evidence.OPENED)
    assert reload(leg).due_on == date(2026, 12, 4)


def test_opened_signed_in_counts_for_who_acts_and_not_for_a_deputy(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    leg = fresh(cast)
    address = url("leg", leg.owner_id, leg.case.ref, 1)
    assert signed(client, cast, "Dana").get(address).status_code == 200
    assert reload(leg).evidence == ""
    assert signed(client, cast, "Beto").get(address).status_code == 200
    assert reload(leg).evidence == Evidence.OPENED


def test_an_answer_is_evidence(cast: Cast, beto: Mandate, clock: Clock) -> None:
    leg = fresh(cast)
    clock.forward(days=1)
    accept_leg(leg, by=beto, what="Charla", due_on=date(2026, 12, 10))
    leg = reload(leg)
    assert (leg.delivered_at, leg.evidence, leg.due_on) == (clock.instant, "acted", date(2026, 12, 4))
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert from_journal(now=later) == from_tables(now=later)


def test_a_question_is_evidence_and_the_days_left_are_counted_from_it(
    cast: Cast, beto: Mandate, clock: Clock
) -> None:
    leg = fresh(cast)
    clock.forward(days=1)
    ask_more(leg, by=beto, question="¿Cuántos?")
    assert reload(leg).evidence == "acted"
    assert leg.pauses.get().days_left == 8
    clock.forward(days=1)
    reply_to_question(leg.case, "Dos")
    assert reload(leg).due_on == date(2026, 12, 7)
    assert from_journal() == from_tables()


# No evidence ----------------------------------------------------------------------------


def test_without_evidence_for_two_working_days_the_ask_goes_on(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    server.codes[BETO] = 451
    leg = fresh(cast)
    due.work_off()
    clock.to(datetime(2026, 11, 25, 22, 59, tzinfo=UTC))
    due.work_off()
    assert reload(leg).outcome == ""
    clock.to(datetime(2026, 11, 25, 23, 0, tzinfo=UTC))  # 26 November in Berlin
    due.work_off()
    assert reload(leg).outcome == LegOutcome.UNDELIVERED
    assert open_leg_of(leg.case).rung == Rung.FALLBACK
    assert Account.objects.get(email=BETO).broken_since is None
    assert from_journal() == from_tables()


def test_the_weekend_does_not_count_among_the_two_days(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    server.codes[BETO] = 451
    clock.to(datetime(2026, 11, 27, 12, tzinfo=UTC))  # a Friday
    leg = fresh(cast)
    due.work_off()
    clock.to(datetime(2026, 12, 1, 12, tzinfo=UTC))
    due.work_off()
    assert reload(leg).outcome == ""


def test_an_outage_of_the_hub_is_no_fault_of_the_office(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    leg = fresh(cast)
    clock.forward(days=10)
    due.work_off()
    leg = reload(leg)
    assert (leg.outcome, leg.evidence, leg.due_on) == ("", "server", date(2026, 12, 15))


def test_as_long_as_no_mail_at_all_goes_out_nothing_counts_as_undelivered(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    server.down = True
    leg = fresh(cast)
    for _hour in range(24 * 4):
        clock.forward(hours=1)
        due.work_off()
    assert (reload(leg).outcome, Letter.objects.get(template="leg_new").wake_at) == ("", None)
    server.down = False
    back = clock.instant
    cast.ask(address="zoe@example.net")
    for _minutes in range(3):
        clock.forward(minutes=15)
        due.work_off()
    leg = reload(leg)
    assert (leg.outcome, leg.evidence, leg.due_on) == ("", "server", date(2026, 12, 9))
    assert leg.delivered_at is not None and leg.delivered_at > back


def test_a_letter_that_was_given_up_is_tried_once_more_and_not_for_ever(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    server.codes[BETO] = 451
    leg = fresh(cast)
    for _hour in range(24 * 3):
        clock.forward(hours=1)
        due.work_off()
    assert Letter.objects.get(template="leg_new", address=BETO).attempts == 14
    assert reload(leg).outcome == LegOutcome.UNDELIVERED


def test_a_letter_that_waits_in_the_outbox_is_waited_for(cast: Cast, beto: Mandate, clock: Clock) -> None:
    leg = fresh(cast)
    clock.forward(days=20)
    Letter.objects.update(leased_until=clock.instant + timedelta(hours=1))  # another worker has them
    due.work_off()
    assert reload(leg).wake_at == clock.instant + timedelta(minutes=15)
    assert reload(leg).outcome == ""


def test_the_coordinating_office_keeps_what_could_not_be_delivered_to_it(
    cast: Cast, server: Server, clock: Clock
) -> None:
    cast.hold("mesa", "Ana")
    server.codes["ana@example.org"] = 550
    leg = fresh(cast)
    due.work_off()
    clock.forward(days=5)
    due.work_off()
    assert outcomes(leg.case) == [""]
    wake_at = reload(leg).wake_at
    assert wake_at is not None and wake_at > clock.instant


# Hard bounces ---------------------------------------------------------------------------


def test_a_hard_bounce_flags_the_contact_tells_the_asker_and_routes_on(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    server.codes[BETO] = 550
    leg = fresh(cast)
    due.work_off()
    refused = Letter.objects.get(template="leg_new", address=BETO)
    assert (refused.refused_at, refused.wake_at, refused.sent_at) == (clock.instant, None, None)
    assert (refused.text, "550" in refused.last_error) == ("", True)
    assert Account.objects.get(email=BETO).broken_since == clock.instant
    assert outcomes(leg.case) == [LegOutcome.UNDELIVERED, ""]
    assert open_leg_of(leg.case).owner == cast.office("chapter-madrid")
    [told] = letters("asker_undelivered")
    assert told.address == "marta@example.net"
    figures = from_tables()[beto.office.code, "MX/school-talk"]
    assert (figures.asked, figures.missed, figures.late, figures.matured) == (1, 0, 0, 0)
    assert from_journal() == from_tables()


def test_the_asker_reads_why_the_ask_moved(cast: Cast, beto: Mandate, server: Server) -> None:
    server.codes[BETO] = 550
    case = cast.case(delivered=False, language="en")
    due.work_off()
    told = next(
        sent for sent in mail.outbox if sent.to == ["marta@example.net"] and "delivered" in sent.subject
    )
    text = " ".join(str(told.body).split())
    assert f"{case}: your ask could not be delivered, and is with" in told.subject
    assert (
        "Your ask could not be delivered to Head office, Capítulo Berlín (en): mail to its address does not "
        "arrive. It has a new office: Head office, Capítulo Madrid (en)." in text
    )


def test_as_long_as_one_address_of_those_who_act_works_the_office_has_it(
    cast: Cast, beto: Mandate, server: Server
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    cast.hold(beto.office, "Berta", role=Role.DEPUTY)
    end_mandate(beto, by=beto)
    server.codes["dana@example.org"] = 550
    leg = fresh(cast)
    due.work_off()
    assert (reload(leg).outcome, reload(leg).evidence) == ("", "server")
    server.codes["berta@example.org"] = 550
    other = open_leg_of(cast.case(delivered=False, address="zoe@example.net"))
    due.work_off()
    assert reload(other).outcome == LegOutcome.UNDELIVERED


def test_an_office_with_broken_addresses_alone_is_passed_by(cast: Cast, beto: Mandate) -> None:
    Account.objects.filter(email=BETO).update(broken_since=datetime(2026, 11, 1, tzinfo=UTC))
    assert [promise.entry_point.office for promise in live_promises()] == [cast.office("chapter-madrid")]
    assert fresh(cast).owner == cast.office("chapter-madrid")
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    assert is_reachable(beto.office) is False  # the holder acts, not the deputy
    end_mandate(beto, by=beto)
    assert is_reachable(beto.office) is True
    assert live_promises().count() == 2


def test_a_broken_head_office_is_no_rung(cast: Cast, beto: Mandate, clock: Clock, server: Server) -> None:
    office = cast.second_office("agency")
    cast.promise(cast.hold(office, "Gil"), "consular-support", days=2)
    cast.hold("agency", "Hugo")
    Account.objects.filter(email="hugo@example.org").update(broken_since=clock.instant)
    server.codes["gil@example.org"] = 550
    case = cast.case("consular-support", delivered=False)
    due.work_off()
    assert open_leg_of(case).rung == Rung.COORDINATION


def test_what_was_opened_is_not_taken_away_by_a_later_bounce(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    leg = fresh(cast)
    letter = letters("leg_new")[0]
    client.get(path_in(letter))
    letter_refused(letter)
    assert reload(leg).outcome == ""
    assert Account.objects.get(email=BETO).broken_since is not None


def test_a_bounce_after_the_server_took_it_makes_it_undelivered_until_the_date_is_over(
    cast: Cast, beto: Mandate, clock: Clock
) -> None:
    early, late = open_leg_of(cast.case()), open_leg_of(cast.case(address="zoe@example.net"))
    first, second = letters("leg_new")
    letter_refused(first)
    assert reload(early).outcome == LegOutcome.UNDELIVERED
    clock.to(datetime(2026, 12, 3, 23, tzinfo=UTC))
    letter_refused(second)
    assert reload(late).outcome == ""


def test_a_bounce_about_a_closed_leg_only_flags_the_contact(cast: Cast, beto: Mandate) -> None:
    leg = open_leg_of(cast.case())
    decline_leg(leg, by=beto, reason="full")
    letter_refused(letters("leg_new")[0])
    assert (reload(leg).outcome, leg.case.legs.count()) == (LegOutcome.DECLINED, 1)
    assert Account.objects.get(email=BETO).broken_since is not None


@pytest.mark.parametrize("tag", ["", "leg-", "leg-x/1", "digest-3", "leg-99999/1"])
def test_letters_about_nothing_known_do_no_harm(cast: Cast, beto: Mandate, tag: str) -> None:
    letter = Letter(template="x", address="nobody@example.org", tag=tag, created_at=beto.starts_at)
    letter_taken(letter)
    letter_refused(letter)
    assert leg_of(letter) == (99999 if "9" in tag else None)


def test_an_address_works_again_when_a_later_letter_is_taken(
    cast: Cast, beto: Mandate, server: Server, clock: Clock
) -> None:
    server.codes[BETO] = 550
    early = letters("leg_new")
    fresh(cast)
    due.work_off()
    [refused] = [letter for letter in letters("leg_new", BETO) if letter not in early]
    clock.forward(hours=1)
    letter_taken(refused)  # what was sent before says nothing
    assert Account.objects.get(email=BETO).broken_since is not None
    server.codes.clear()
    fresh(cast)
    later = Letter(template="x", address=BETO, created_at=clock.instant)
    letter_taken(later)
    assert Account.objects.get(email=BETO).broken_since is None
