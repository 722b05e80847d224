"""(j) A newsroom looks for an expert abroad: the chapter asks its members, and who says yes is shown, nobody else."""

from datetime import timedelta

import pytest

from tequio.circuit.models import Referral
from tequio.kernel import clock
from tequio.reference.models import Subfield
from tests.browser.steps import accept, address_of, asked, hold, office_of, promise
from tests.browser.visitor import PHONE

pytestmark = pytest.mark.browser
NEWSROOM = "redaccion@example.net"


def ask_member(officer, name, address, days):
    """The chapter writes to one member, from the page of the ask."""
    officer.unfold("Ask one of your members")
    day = clock.today("UTC") + timedelta(days=days)
    given = {"name": name, "address": address, "note": "Pensé en usted.", "due_on": day.isoformat()}
    officer.choose(**{"refer-language": officer.way.language})
    officer.fill(**{f"refer-{field}": words for field, words in given.items()})
    officer.press("Send it to this member")
    officer.reads("Members asked", name)


@pytest.mark.parametrize("way", PHONE, ids=str)
def test_only_the_member_who_says_yes_is_ever_shown(arrive, hub, coordinator, way):
    promise(hold(office_of("rgmx-germany"), "Berta", language=way.language), "expert-abroad", days=15)
    topic = Subfield.objects.order_by("pk")[0]
    case = asked("Rita Redactora", NEWSROOM, language=way.language, kind="expert-abroad", subfield=topic,
                 on_behalf_of="El Diario")  # fmt: skip
    berta, nadia, omar, rita = arrive(), arrive(), arrive(), arrive()
    berta.open(hub.link(address_of("Berta")))
    ask_member(berta, "Omar Oculto", "omar@example.org", days=3)
    hub.wait(days=5)
    berta.open(hub.link(address_of("Berta")))
    ask_member(berta, "Nadia Nieto", "nadia@example.org", days=4)

    rita.open(hub.link(NEWSROOM))
    assert [name in rita.page.content() for name in ("Omar", "Nadia")] == [False, False]
    nadia.open(hub.link("nadia@example.org"))
    nadia.fill(shown_name="Dra. N. Nieto", shown_contact="+49 30 000000")
    nadia.press("Say yes, and show this")
    nadia.reads("You said yes. Thank you", "Dra. N. Nieto")
    omar.open(hub.link("omar@example.org"))
    omar.reads("The day has passed")

    berta.open(hub.link(address_of("Berta")))
    accept(berta, "La Dra. Nieto les llama el lunes.")
    rita.open(hub.link(NEWSROOM))
    rita.reads("Dra. N. Nieto", "+49 30 000000", "La Dra. Nieto les llama el lunes.")
    assert [name in rita.page.content() for name in ("Omar", "nadia@example.org")] == [False, False]
    assert list(Referral.objects.order_by("pk").values_list("name", "said")) == [
        ("", "silent"),
        ("", "yes"),
    ]
    assert case.ref in rita.path
