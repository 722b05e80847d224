"""(d) One answer to three asks: chosen in the inbox, looked through, sent; each asker reads their own."""

import pytest

from tequio.circuit.models import Leg
from tests.browser.steps import address_of, asked, hold, office_of, promise
from tests.browser.visitor import MIXED

pytestmark = pytest.mark.browser
WORDS = "Este semestre ya no tenemos fechas."


@pytest.mark.parametrize("way", MIXED, ids=str)
def test_one_answer_goes_to_three_askers_and_can_be_taken_back_in_one_ask(arrive, hub, coordinator, way):
    office = office_of("rgmx-germany")
    promise(hold(office, "Berta", language=way.language), regions=["MX-OAX"])
    cases = [asked(f"Docente {n}", f"docente{n}@example.net", language=way.language) for n in (1, 2, 3)]
    berta = arrive()
    berta.sign_in(address_of("Berta"))
    berta.go("desk_office", office.pk)
    for case in cases:
        berta.tick("leg", str(case.legs.get().pk))
    berta.press("Answer the chosen ones")
    berta.unfold("Decline it, with a reason")
    berta.tick("decline-reason", "full")
    berta.fill(**{"decline-text": WORDS})
    berta.press("Look it through before sending")
    berta.reads(WORDS, "Docente 1", "Docente 3")
    assert Leg.objects.filter(closed_at=None).count() == 3, "nothing is sent before it was looked through"
    berta.press_of("Send it to %(n)s", "Send it to all %(n)s", 3)
    berta.reads(
        "Each asker has been written to. For a day you can take an answer back, on the page of its ask."
    )
    assert set(Leg.objects.values_list("outcome", flat=True)) == {"declined"}

    marta = arrive()
    for n in (1, 2, 3):
        marta.open(hub.link(f"docente{n}@example.net"))
        marta.reads(WORDS)
    berta.go("leg", office.pk, cases[0].ref, 1)
    berta.press("Take my answer back")
    assert sorted(Leg.objects.values_list("case", "outcome"))[0] == (cases[0].pk, "")
