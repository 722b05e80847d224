"""Reading on paper, in the other language, and with the keyboard past the menu."""

import pytest

from tequio.network.models import Organisation
from tests.browser.steps import ask, hold, office_of, promise

pytestmark = pytest.mark.browser
OTHER = {"es": ("en", "English"), "en": ("es", "Español")}


@pytest.mark.parametrize(
    ("name", "args", "query"),
    [
        ("home", (), ""),
        ("organisations", (), "?kind=university&words=oaxaca"),
        ("ask_kind", ("mx", "school-talk"), "?region=MX-OAX"),
        ("organisation", ("rgmx-germany",), ""),
    ],
)
def test_the_other_language_keeps_the_page(visitor, name, args, query):
    code, label = OTHER[visitor.way.language]
    visitor.go(name, *args, query=query)
    switch = visitor.page.get_by_role("link", name=label)
    assert switch.get_attribute("lang") == code
    assert switch.get_attribute("href") == visitor.hub.path(name, *args, language=code) + query
    with visitor.page.expect_navigation():
        switch.click()
    assert visitor.page.locator("html").get_attribute("lang") == code


def test_a_teacher_prints_where_the_ask_is_without_menus_and_forms(arrive, hub, coordinator, way):
    promise(hold(office_of("rgmx-germany"), "Berta", language=way.language))
    marta = arrive()
    ask(marta)
    case = hub.case_of("marta@example.net")
    marta.page.emulate_media(media="print")
    marta.reads(str(case), Organisation.objects.get(slug="rgmx-germany").names[way.language])
    assert marta.page.locator(".strip").is_visible()
    unwanted = marta.page.locator("nav, form, button, .lang, .demo-bar, .site-foot ul")
    assert [one.evaluate("e => e.outerHTML.slice(0, 80)") for one in unwanted.all() if one.is_visible()] == []
    assert marta.page.pdf(format="A4").startswith(b"%PDF")


def test_the_first_tab_leads_past_the_menu(visitor):
    visitor.go("home")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    assert visitor.page.url.endswith("#main")
    visitor.page.keyboard.press("Tab")
    assert visitor.main.locator(":focus").count() == 1


def test_what_is_missing_in_a_form_is_said_and_what_was_written_is_kept(visitor):
    visitor.go("ask_kind", "mx", "school-talk")
    visitor.fill(text="Una charla.", address="marta@")
    visitor.press("Go on")
    visitor.reads("Nothing was sent yet. What you wrote is kept.", "Choose the state.")
    assert visitor.field("text").input_value() == "Una charla."
    assert visitor.page.locator(":focus").get_attribute("role") == "alert"


def test_a_page_that_is_not_there_says_so(visitor):
    visitor.finds_nothing(f"{visitor.prefix}/nothing-here/")
