"""(d) Nobody has promised: the asker is told so before and after, and the coordinating office gets the gap."""

import pytest

from tequio.circuit.models import Case
from tests.browser.steps import confirm, str_of_kind

pytestmark = pytest.mark.browser
SCIENTIST = "ines@example.net"
WORDS = "Busco con quien medir ozono en Oaxaca."


def by_keys(asker):
    """Asks for a counterpart with Tab, letters, Enter and Space alone, from the address bar on."""
    asker.go("ask_kind", "mx", "counterpart")
    form = asker.page.locator("main form")
    keys = asker.page.keyboard
    reach(asker, "select[name=topic]")
    keys.press("End")
    for name, words in {
        "on_behalf_of": "Grupo Ozono",
        "text": WORDS,
        "name": "Inés Investigadora",
        "address": SCIENTIST,
    }.items():
        reach(asker, f"[name={name}]")
        keys.type(words)
    asker.settle()
    reach(asker, "button[type=submit]")
    assert form.locator("button:focus").count() == 1
    with asker.page.expect_navigation():
        keys.press("Enter")
    asker.look()


def reach(asker, selector, most=60):
    """Tabs until an element of the page's main part has the focus, and sees that the focus shows."""
    for _step in range(most):
        asker.page.keyboard.press("Tab")
        focused = asker.page.locator(f"main {selector}:focus")
        if focused.count():
            outline = "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow"
            assert focused.evaluate(outline) != "nonenone", f"{selector} shows no focus"
            return
    raise AssertionError(f"{most} tabs do not reach {selector}")


def test_where_nobody_has_promised_the_asker_and_the_coordinating_office_are_told(arrive, hub, coordinator):
    ines, carmen = arrive(), arrive()
    by_keys(ines)
    ines.reads("Nobody has promised this yet", SCIENTIST)
    confirm(ines, SCIENTIST)
    case = Case.objects.get()
    assert case.owner.organisation.slug == "mesa-mx"
    assert str(case) in hub.subjects(SCIENTIST)[-1]
    ines.reads(case.owner.organisation.names[ines.way.language])
    carmen.sign_in("carmen@example.org")
    carmen.go("coordination")
    carmen.reads(str_of_kind(carmen, "counterpart"))
    carmen.click(f'a[href*="{case.ref}"]')
    carmen.reads(WORDS)
    ines.go("ledger")
    ines.reads("1")
