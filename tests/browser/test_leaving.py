"""(c) An officer leaves with three open asks; the deputy acts at once; then the deputy leaves too."""

import pytest

from tequio.circuit.models import Case, Leg
from tequio.network.models import Role
from tests.browser.steps import accept, address_of, asked, hold, office_of, promise
from tests.cast import path_in

pytestmark = pytest.mark.browser


def three_asks(language):
    return [asked(f"Docente {n}", f"docente{n}@example.net", language=language) for n in (1, 2, 3)]


def leave(officer, office):
    """Ends one's own mandate on the office's page."""
    officer.go("mandates", office.pk)
    officer.unfold("End my mandate")
    officer.press("End it now")


def test_the_deputy_acts_at_once_and_after_the_deputy_the_asks_move_up(arrive, hub, coordinator, way):
    network = promise(hold(office_of("red-global-mx"), "Nora", language=way.language), days=7)
    office = office_of("rgmx-spain")
    holder = hold(office, "Beto", language=way.language)
    promise(holder, days=9, regions=["MX-OAX"], fallback=network.slug)
    hold(office, "Dora", language=way.language, role=Role.DEPUTY)
    three_asks(way.language)
    beto, dora = arrive(), arrive()
    old = [path_in(text) for text in hub.mails(address_of("Beto"))]
    beto.sign_in(address_of("Beto"))
    dora.sign_in(address_of("Dora"))
    dora.reads("You can read them, and you answer as soon as nobody else acts.")

    leave(beto, office)
    links = [path_in(text) for text in hub.mails(address_of("Dora"))[-3:]]
    assert len(old) == len(set(links)) == 3
    for link in old:
        beto.finds_nothing(link)
    take_over(dora, office, links[0])
    assert Leg.objects.filter(owner=office, closed_at=None).count() == 2

    leave(dora, office)
    assert set(Case.objects.values_list("owner", "state")) == {
        (network.office_id, "at-desk"),
        (network.office_id, "arranged"),
    }
    dora.finds_nothing(links[1])
    asker = arrive()
    asker.open(hub.link("docente3@example.net"))
    asker.reads("Red Global MX", "Nobody holds the office any longer, so the ask moved on")


def take_over(deputy, office, link):
    """The deputy answers one ask from the new link, and finds the others in the inbox."""
    deputy.open(link)
    accept(deputy, "Lo damos nosotros, el lunes.")
    deputy.go("desk_office", office.pk)
    deputy.reads("Nothing is due today.", "Lo damos nosotros, el lunes.")
    found = deputy.main.locator("a").evaluate_all("links => links.map(link => link.pathname)")
    assert len({path for path in found if f"/desk/{office.pk}/mx-" in path}) == 3
