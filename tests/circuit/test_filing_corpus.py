"""The corpus of replies, through the door: each lies at the leg that it means, or in the queue of what is held."""

from typing import Any

import pytest

from tequio.circuit.models import Case, Leg, Reply, SentText
from tequio.inbound.actions import receive
from tequio.inbound.models import Received
from tequio.kernel import due
from tequio.network.models import Mandate
from tests.cast import Cast
from tests.inbound.reading.score import CORPUS, MESSAGE_ID, TOKEN, expectations, filled

SETS = ("built_on", "held_out", "written_later", "crossed")


@pytest.fixture
def leg(settings: Any, cast: Cast, ana: Mandate) -> Leg:
    """The ask of the corpus at Ana's office, among others; with its own address, letter and number."""
    settings.MAIL_DOMAIN = "hub.example.org"
    cast.hold("mesa", "Mesa")
    others = [cast.leg(address=f"a{number}@example.net") for number in range(3)]
    found = cast.leg(address="docente@escuela.example")
    assert found not in others
    Leg.objects.filter(pk=found.pk).update(mail_token=TOKEN)
    Case.objects.filter(pk=found.case_id).update(ref="mx-ghb58wz3")
    SentText.objects.create(leg=found, message_id=f"<{MESSAGE_ID}>", text="")
    return found


def came_to(raw: bytes) -> tuple[list[int], str]:
    """The leg at which a mail is filed, or those to which a held one may belong; and what became of it."""
    received = receive(raw, door="pipe")
    due.work_off(kinds=[Received])
    reply = Reply.objects.get(received=received)
    return [reply.leg_id] if reply.leg_id else [guess["leg"] for guess in reply.guesses], str(reply.state)


@pytest.mark.django_db
@pytest.mark.parametrize("folder", SETS)
def test_every_mail_comes_to_the_right_leg_or_is_held(leg: Leg, folder: str) -> None:
    """A receipt number alone, which the asker knows too, is a guess that a person confirms."""
    expected = expectations(folder)
    found = {}
    for name, row in expected.items():
        found[name] = came_to(filled((CORPUS / folder / f"{name}.eml").read_bytes(), row.get("typed", "")))
    right = {
        name: ([] if row["leg"] == "holding" else [leg.pk], row["leg"] in ("holding", "subject"))
        for name, row in expected.items()
    }
    assert {name: (legs, state == "held") for name, (legs, state) in found.items()} == right
    assert Reply.objects.count() == len(expected)
