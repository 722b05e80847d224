"""(e) A school that is not listed asks all the same, and the desk is told so."""

import pytest

from tests.browser.steps import choose_school, confirm, fill_in, hold, office_of, promise

pytestmark = pytest.mark.browser
TEACHER = "rosa@example.net"


@pytest.mark.parametrize("school", ["Telebachillerato Las Nubes", "CONALEP de las Nubes"])
def test_an_unlisted_school_asks_and_the_desk_is_told_so(arrive, hub, coordinator, way, school):
    promise(hold(office_of("rgmx-germany"), "Berta", language=way.language))
    rosa, berta = arrive(), arrive()
    fill_in(rosa, school=school, address=TEACHER, name="Rosa Rural")
    if school.startswith("CONALEP"):
        choose_school(rosa, rosa.say("It is not in the list: use what I wrote, “%(typed)s”", typed=school))
    rosa.press("Go on")
    rosa.reads(school)
    confirm(rosa, TEACHER)
    assert hub.case_of(TEACHER).ask.organisation_typed == school
    berta.open(hub.link("berta@example.org"))
    berta.reads(school, "typed in, not in the list")


def test_a_mistyped_address_is_mended_before_the_ask_is_confirmed(arrive, hub, coordinator):
    rosa = arrive()
    fill_in(rosa, school="CONALEP Juchitán", address="rsoa@example.net", name="Rosa Rural")
    rosa.press("Go on")
    wrong = hub.link("rsoa@example.net")
    rosa.unfold("Wrong address, or no letter")
    rosa.fill(address=TEACHER)
    rosa.press("Send the letter here")
    rosa.reads(TEACHER)
    confirm(rosa, TEACHER)
    rosa.finds_nothing(wrong)
