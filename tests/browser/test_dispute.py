"""(h) An asker disputes an answer, gets another, appeals, and gets the last one from the office above."""

import pytest

from tequio.circuit.models import Leg
from tests.browser.steps import address_of, asked, decline, hold, office_of, promise
from tests.browser.visitor import PHONE

pytestmark = pytest.mark.browser
TEACHER = "marta@example.net"


@pytest.mark.parametrize("way", PHONE, ids=str)
def test_a_disputed_answer_goes_back_and_an_appeal_goes_up(arrive, hub, coordinator, way):
    promise(hold(office_of("rgmx-germany"), "Berta", language=way.language), regions=["MX-OAX"])
    asked("Marta Maestra", TEACHER, language=way.language)
    berta, carmen, marta = arrive(), arrive(), arrive()
    berta.open(hub.link(address_of("Berta")))
    decline(berta, "No damos charlas a escuelas.")

    marta.open(hub.link(TEACHER))
    marta.unfold("I disagree: it goes back to the office")
    marta.main.locator("#disputeform_text").fill("Su promesa dice que sí.")
    marta.press("Send it back")
    marta.reads("Your disagreement is kept, and the office is told.")
    berta.open(hub.link(address_of("Berta")))
    berta.reads("Su promesa dice que sí.")
    decline(berta, "Nadie tiene tiempo.")

    marta.open(hub.link(TEACHER))
    marta.unfold("I appeal to the office above")
    marta.main.locator("#appealform_text").fill("El plazo lo pusieron ustedes.")
    marta.press("Appeal")
    marta.reads("Your appeal is with the office above.")
    carmen.open(carmen.prefix + hub.link("carmen@example.org"))
    carmen.reads("El plazo lo pusieron ustedes.")
    decline(carmen, "Este año no se puede.")

    marta.open(hub.link(TEACHER))
    marta.reads("Este año no se puede.")
    marta.unfold("I disagree")
    marta.main.locator("#disputeform_text").fill("No me sirve.")
    marta.press("Say that I disagree")
    marta.reads("You disagreed with the answer, which stays the last one", "No damos charlas a escuelas.")
    legs = Leg.objects.order_by("number")
    assert list(legs.values_list("rung", flat=True)) == ["routed", "reopened", "appeal"]
    assert legs[0].case.asker_says == "disputes"
