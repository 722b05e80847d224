"""(b) A desk stays silent: the ask climbs from rung to rung, and the asker is told at each."""

from itertools import pairwise

import pytest

from tequio.circuit.models import Leg
from tequio.network.models import Office, Organisation
from tests.browser.steps import ask, hold, office_of, promise

pytestmark = pytest.mark.browser
TEACHER = "marta@example.net"


def silent_network(language):
    """A liaison of the Germany chapter, the chapter's head office, its fallback: all held, all silent."""
    network = hold(office_of("red-global-mx"), "Nora", language=language)
    promise(network, days=7)
    hold(office_of("rgmx-germany"), "Berta", language=language)
    chapter = Organisation.objects.get(slug="rgmx-germany")
    liaison = Office.objects.create(
        organisation=chapter, titles={"es": "Enlace de charlas", "en": "Talks liaison"}
    )
    promise(hold(liaison, "Lucas", language=language), days=4, regions=["MX-OAX"], fallback="red-global-mx")
    return [liaison, office_of("rgmx-germany"), office_of("red-global-mx"), office_of("mesa-mx")]


def pass_its_date(hub, leg):
    """The leg's days pass without an answer: the office is reminded, the asker told that it is late."""
    hub.wait_until(leg.due_at)
    while leg.closed_at is None:
        hub.wait_until(leg.wake_at)
        leg.refresh_from_db()


def test_a_silent_desk_loses_the_ask_and_the_asker_is_told_at_each_rung(arrive, hub, coordinator, way):
    rungs = silent_network(way.language)
    marta = arrive()
    ask(marta)
    follow = marta.path
    case = hub.case_of(TEACHER)
    told = len(hub.mails(TEACHER))
    for number, (office, following) in enumerate(pairwise(rungs), start=1):
        leg = Leg.objects.get(case=case, number=number)
        assert leg.owner_id == office.pk
        pass_its_date(hub, leg)
        case.refresh_from_db()
        assert case.owner_id == following.pk
        late, moved = hub.subjects(TEACHER)[told:]
        told += 2
        assert str(case) in late
        assert str(case) in moved
        marta.open(hub.link(TEACHER))
        assert marta.path == follow
        marta.reads(following.organisation.names[way.language], "No answer came in time, so the ask moved on")
    assert list(case.legs.order_by("number").values_list("outcome", flat=True)) == ["missed"] * 3 + [""]


def test_before_its_date_an_office_is_reminded_and_keeps_the_ask(arrive, hub, coordinator, way):
    promise(hold(office_of("rgmx-germany"), "Berta", language=way.language), days=6)
    ask(arrive())
    leg = Leg.objects.get(closed_at=None)
    hub.wait_until(leg.wake_at)
    berta = arrive()
    berta.open(hub.link("berta@example.org"))
    berta.unfold("Decline it, with a reason")
    berta.tick("decline-reason", "full")
    berta.press("Decline and tell the asker")
    berta.reads("You declined it.")
    leg.refresh_from_db()
    assert (leg.outcome, leg.in_time) == ("declined", True)
