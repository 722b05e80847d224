"""(e) A holder says beforehand when they are away: the stand-in gets the asks and acts, then the holder is back."""

from datetime import timedelta

import pytest

from tequio.circuit.models import Event
from tequio.kernel import clock
from tequio.network.models import Role
from tests.browser.steps import address_of, asked, decline, hold, office_of, promise
from tests.browser.visitor import PHONE

pytestmark = pytest.mark.browser


def go_away(holder, office, mandate, stand_in):
    """Says on the office's page who is away, for the next days, and who stands in."""
    holder.go("mandates", office.pk)
    holder.follow("Say that somebody is away")
    today = clock.today(office.organisation.zone)
    days = {"first_day": today.isoformat(), "last_day": (today + timedelta(days=4)).isoformat()}
    holder.choose(whom=str(mandate.pk), stand_in=str(stand_in.pk))
    holder.fill(**days)
    holder.press("Note the absence")
    holder.reads("Noted. On those days the links go to who stands in.", "away now")


@pytest.mark.parametrize("way", PHONE, ids=str)
def test_the_stand_in_answers_and_afterwards_the_holder_does(arrive, hub, coordinator, way):
    office = office_of("rgmx-germany")
    berta = hold(office, "Berta", language=way.language)
    dora = hold(office, "Dora", language=way.language, role=Role.DEPUTY)
    promise(berta, regions=["MX-OAX"])
    away, there, asker = arrive(), arrive(), arrive()
    away.sign_in(address_of("Berta"))
    go_away(away, office, berta, dora)

    asked("Docente 1", "docente1@example.net", language=way.language)
    told = len(hub.mails(address_of("Berta")))
    there.open(hub.link(address_of("Dora")))
    decline(there, "Otra persona se encarga estos días.")
    asker.open(hub.link("docente1@example.net"))
    asker.reads("Otra persona se encarga estos días.")
    away.go("desk_office", office.pk)
    asker.go("organisation", office.organisation.slug)

    hub.wait(days=6)
    asked("Docente 2", "docente2@example.net", language=way.language)
    assert len(hub.mails(address_of("Berta"))) > told
    away.open(hub.link(address_of("Berta")))
    decline(away, "Ya estoy de vuelta, y no hay fechas.")
    said = Event.objects.filter(kind="declined").order_by("pk")
    assert list(said.values_list("mandate", flat=True)) == [dora.pk, berta.pk]
