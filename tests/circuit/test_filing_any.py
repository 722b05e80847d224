"""Whatever a mail is made of, it is filed at the leg that it means, or held: never at another, and never lost."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tequio.circuit.models import Case, Event, Leg, Reply
from tequio.circuit.sorting import By
from tequio.circuit.tokens import LETTERS
from tequio.inbound.models import Received
from tequio.inbound.reading.mail import Mail, Nature
from tequio.network.models import Mandate
from tests.cast import Cast
from tests.circuit.mails import ANA, answers, arrives, mail, message_id

pytestmark = pytest.mark.usefixtures("by_mail")
SENDERS = [ANA, "carla@example.org", "colega@example.org", "marta@example.net", "r.x@mail.example", ""]
named: st.SearchStrategy[set[int]] = st.sampled_from([set(), set(), {0}, {0}, {1}, {0, 1}])
damage = st.one_of(
    st.just(None), st.tuples(st.integers(0, 11), st.sampled_from([*LETTERS, "", "o", "l"]), st.booleans())
)
TEXTS = ["Escriban a la biblioteca.", "Aceptamos. Por video el 10 de diciembre.", "No podemos.", "", "> cita"]


@pytest.fixture
def legs(by_mail: str, cast: Cast, ana: Mandate) -> list[Leg]:
    """Two open asks at Ana's office; Carla acts for another one."""
    cast.hold("mesa", "Mesa")
    cast.hold("chapter-madrid", "Carla")
    return [cast.leg(address=f"a{n}@example.net") for n in range(2)]


def damaged(token: str, slip: tuple[int, str, bool] | None) -> str:
    """The token with one slip: a letter changed, left out or put in."""
    if slip is None:
        return token
    place, letter, added = slip
    return token[:place] + letter + token[place + (0 if added else 1) :]


def written(legs: list[Leg], draw: st.DataObject) -> tuple[Mail, set[int]]:
    """A mail that points to some of the legs in some ways, and the asks to which it points."""
    ways = draw.draw(st.sampled_from([{0}, {1}, {2}, {0, 1, 2}]))
    by_address, by_thread, by_subject = (draw.draw(named) if way in ways else set() for way in range(3))
    told = mail(
        [f"r.{damaged(str(legs[n].mail_token), draw.draw(damage))}@mail.example" for n in by_address],
        draw.draw(st.sampled_from(TEXTS)),
        sender=draw.draw(st.sampled_from([ANA, ANA, *SENDERS])),
        answers=tuple(message_id(legs[n]) for n in by_thread),
        subject=" ".join(["Re:", *(str(legs[n].case) for n in by_subject)]),
        nature=draw.draw(st.sampled_from([Nature.HUMAN] * 4 + [Nature.AUTO])),
    )
    return told, {legs[n].pk for n in by_address | by_thread | by_subject}


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_mail_is_at_the_leg_that_it_means_or_held(legs: list[Leg], data: st.DataObject) -> None:
    told, means = written(legs, data)
    with transaction.atomic():
        became = arrives(told)
        reply = Reply.objects.get()
        answered = set(Event.objects.filter(voice="office").values_list("leg", flat=True))
        assert (became, reply.received) == (reply.state, Received.objects.get())
        assert reply.leg_id is None or means == {reply.leg_id}
        assert answered <= means
        if answered:
            assert (told.sender, told.nature, reply.found_by in (By.ADDRESS, By.NEAR, By.THREAD)) == (
                ANA,
                Nature.HUMAN,
                True,
            )
        if reply.leg_id is None:
            assert became == ("held" if told.nature is Nature.HUMAN and told.sender != SENDERS[4] else "auto")
        assert Case.objects.exclude(state="at-desk").count() == len(answered)
        transaction.set_rollback(True)


def test_the_database_takes_the_same_mail_at_a_leg_once(legs: list[Leg]) -> None:
    reply = answers(legs[0], "Escriban a la biblioteca.")
    reply.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        reply.save(force_insert=True)


def test_the_database_lets_no_held_mail_be_without_a_date(legs: list[Leg]) -> None:
    arrives(mail((), "Hola."))
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.update(due_at=None)
