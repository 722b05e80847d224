"""(i) An office hears in its daily letter of what became of an ask, mutes that with one click, and takes it back."""

import re

import pytest

from tequio.circuit.actions.answering import pass_on_leg
from tequio.circuit.actions.asker import withdraw_case
from tests.browser.steps import accept, address_of, asked, hold, office_of, promise
from tests.browser.visitor import PHONE

pytestmark = pytest.mark.browser


def links(text, part):
    return re.findall(rf"https?://[^/]+(/\S*{part}\S*)", text)


def for_days(hub, days):
    """Time passes as the worker sees it: in the working hours of the office too."""
    for _ in range(days * 6):
        hub.wait(hours=4)


@pytest.mark.parametrize("way", PHONE, ids=str)
def test_changes_are_told_once_a_day_until_somebody_mutes_them(arrive, hub, coordinator, way):
    office, other = office_of("rgmx-germany"), office_of("rgmx-spain")
    berta = hold(office, "Berta", language=way.language)
    promise(berta, regions=["MX-OAX"])
    promise(hold(other, "Sara", language=way.language), days=9)
    first, second = [asked(f"Docente {n}", f"docente{n}@example.net", language=way.language) for n in (1, 2)]
    for case in (first, second):
        pass_on_leg(case.legs.get(), by=berta, to=other, reason="other", text="Les queda más cerca.")
    sara, desk = arrive(), arrive()
    sara.open(hub.link(address_of("Sara")))
    accept(sara, "Va Sara, en línea.")

    told = len(hub.mails(address_of("Berta")))
    for_days(hub, 5)
    letter = hub.mails(address_of("Berta"))[-1]
    assert len(hub.mails(address_of("Berta"))) == told + 1, "one letter a day at most, and none without news"
    assert other.organisation.names[way.language] in " ".join(letter.split())
    desk.open(next(each for each in links(letter, "mute/") if "changes" in each))
    desk.press("Mute")
    desk.reads("Muted")
    told = len(hub.mails(address_of("Berta")))
    withdraw_case(second, text="")
    for_days(hub, 5)
    assert len(hub.mails(address_of("Berta"))) == told

    desk.sign_in(address_of("Berta"))
    desk.go("mutes", office.pk)
    desk.press("Hear of it again")
    desk.reads("The office hears of it again.", "Nothing is muted")
