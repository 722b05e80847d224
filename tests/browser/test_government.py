"""(g) A government changes: mandates end in one act, and what was promised is kept, amended, dropped, or undecided."""

from datetime import timedelta

import pytest

from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.models import Review
from tequio.kernel import clock
from tequio.network.models import Transition
from tequio.reference.models import Country
from tests.browser.steps import address_of, asked, hold, office_of, promise
from tests.browser.visitor import MIXED

pytestmark = pytest.mark.browser
NAME = "Cambio de gobierno 2030"


def four_promises(mandate, language):
    """What a consulate has promised to four chapters."""
    day = clock.today("UTC") + timedelta(days=200)
    for n in range(4):
        case = asked(
            f"Capítulo {n}",
            f"capitulo{n}@example.net",
            language=language,
            kind="consular-support",
            country=Country.objects.get(pk="DE"),
            on_behalf_of=f"Capítulo {n}",
        )
        accept_leg(case.legs.get(), by=mandate, what=f"Prestamos la sala {n}.", due_on=day)


def declare(coordinator, office):
    """The coordinating office ends the mandates; who comes has a month to decide."""
    coordinator.sign_in("carmen@example.org")
    coordinator.go("coordination")
    coordinator.follow("A government changes")
    day = clock.today("America/Mexico_City") + timedelta(days=30)
    coordinator.fill(name=NAME, decide_on=day.isoformat())
    coordinator.tick("organisations", str(office.organisation_id))
    coordinator.press("End these mandates now")
    coordinator.reads(NAME)


def decide(holder, review, decision, **given):
    form = holder.main.locator("form", has=holder.page.locator(f'input[name="review"][value="{review.pk}"]'))
    form.locator(f'input[name$="-decision"][value="{decision}"]').check()
    for name, words in given.items():
        form.locator(f'[name$="-{name}"]').fill(words)
    holder.press("Decide", within=form)
    holder.reads("Decided. Whoever is owed it is told.")


@pytest.mark.parametrize("way", MIXED, ids=str)
def test_each_promise_is_kept_amended_dropped_or_shown_as_undecided(arrive, hub, coordinator, way):
    office = office_of("mx-embassy-germany")
    eva = hold(office, "Eva", language=way.language)
    promise(eva, "consular-support")
    four_promises(eva, way.language)
    carmen, gael, anybody = arrive(), arrive(), arrive()
    declare(carmen, office)
    hold(office, "Gael", language=way.language)
    gael.sign_in(address_of("Gael"))
    gael.go("desk_office", office.pk)
    gael.follow("Promised before you")
    keep, amend, drop, _open = Review.objects.order_by("pk")
    decide(gael, keep, "keep")
    decide(gael, amend, "amend", what="Prestamos otra sala.", reason="La sala está en obra.")
    decide(gael, drop, "drop", reason="El edificio se vendió.")

    hub.wait(days=33)
    anybody.go("governments")
    anybody.click(anybody.main.get_by_role("link", name=NAME))
    row = anybody.main.locator("tbody tr").inner_text().split()
    assert row[-6:] == ["4", "1", "1", "1", "0", "1"]
    anybody.open(hub.link("capitulo2@example.net"))
    anybody.reads("El edificio se vendió.")
    assert Transition.objects.get().reviews.filter(decision="").count() == 1
