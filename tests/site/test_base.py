"""The page around every page, the letter and the pages for errors."""

import re
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import translation

NAMES = (
    "home ask ask_links entry_points organisations map ledger desk me account_login about privacy "
    "demo_walk demo_clock mailbox"
).split()
urlpatterns = [path(f"{name}/", lambda request: HttpResponse(), name=name) for name in NAMES]
pytestmark = pytest.mark.urls("tests.site.test_base")


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def page(template="site/base.html", at="ledger", **context):
    request = SimpleNamespace(path=f"/{at}/", resolver_match=SimpleNamespace(url_name=at))
    user = SimpleNamespace(is_authenticated=bool(context.pop("signed_in", False)))
    return render_to_string(template, {"request": request, "user": user, **context})


def links(html):
    return re.findall(r'<a [^>]*href="([^"]+)"', html)


def test_the_page_names_its_language_and_begins_with_a_way_past_the_menu():
    html = page()
    assert '<html lang="en">' in html
    assert links(html)[0] == "#main"
    assert 'id="main"' in html
    with translation.override("es"):
        assert '<html lang="es">' in page()


def test_the_menu_marks_where_one_is():
    marked = re.findall(r'href="([^"]+)" aria-current="page"', page(at="ledger"))
    assert marked == ["/ledger/", "/ledger/"]
    assert 'aria-current="page"' not in page(at="privacy")


def test_a_visitor_may_sign_in_and_an_office_holder_sees_the_desk():
    assert "/account_login/" in links(page()) and "/desk/" not in links(page())
    html = page(signed_in=True, signed_in_offices=["office"])
    assert {"/desk/", "/me/"} <= set(links(html)) and "/account_login/" not in links(html)
    assert "/desk/" not in links(page(signed_in=True, signed_in_offices=[]))


def test_the_switch_keeps_the_page():
    other = {"code": "es", "label": "Español", "url": "/ledger/?kind=talk"}
    html = page(other_language=other)
    assert '<a class="lang" href="/ledger/?kind=talk" hreflang="es" lang="es">Español</a>' in html
    assert '<link rel="alternate" hreflang="es" href="/ledger/?kind=talk">' in html


def test_messages_are_announced_with_a_word():
    note = SimpleNamespace(level_tag="error")
    html = page(messages=[note])
    assert 'role="status"' in html and "Not done." in html and 'class="note bad"' in html


def test_the_foot_tells_whom_to_write_to():
    assert "mailto:hub@example.org" in links(page(contact="hub@example.org"))
    assert not [link for link in links(page()) if link.startswith("mailto:")]


def test_htmx_runs_nothing_that_arrives():
    (config,) = re.findall(r"name=\"htmx-config\" content='([^']+)'", page())
    for switch in ("includeIndicatorStyles", "allowEval", "allowScriptTags"):
        assert f'"{switch}":false' in config


def test_every_address_of_the_page_is_its_own():
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*', page()) == []


@pytest.mark.parametrize(
    ("template", "title"), [("404.html", "There is nothing"), ("403.html", "Your office may see")]
)
def test_an_error_says_what_to_do_next(template, title):
    html = page(template)
    assert title in html and 'class="button"' in html


def test_the_last_resort_needs_no_context_and_speaks_both_languages():
    html = render_to_string("500.html")
    assert "Algo falló de nuestro lado" in html and "Something failed on our side" in html
    assert "{%" not in html and "{{" not in html


LETTER = {
    "subject": "Your ask is with the chapter",
    "blocks": [
        {"kind": "p", "text": "A <b>bold</b> claim at http://elsewhere.example"},
        {"kind": "list", "lines": ["one", "two"]},
        {"kind": "strip", "steps": [{"label": "Asked", "state": "done"}, {"label": "Desk", "state": "here"}]},
        {"kind": "button", "text": "See where it is", "url": "https://hub.example/follow/7/"},
        {"kind": "small", "text": "You asked."},
    ],
}


def test_a_letter_has_one_button_and_its_address_in_the_open():
    html = render_to_string("site/mail.html", LETTER)
    assert links(html) == ["https://hub.example/follow/7/"] * 2
    assert "<table" not in html and "<img" not in html


def test_a_letter_shows_what_others_wrote_as_plain_text():
    html = render_to_string("site/mail.html", LETTER)
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert 'href="http://elsewhere.example"' not in html


def test_a_letter_draws_the_strip_in_words():
    html = render_to_string("site/mail.html", LETTER)
    assert "Asked (Done)" in html and "Desk (Here now)" in html


def test_a_letter_can_be_read_in_the_dark():
    html = render_to_string("site/mail.html", LETTER)
    assert "prefers-color-scheme: dark" in html and 'name="color-scheme" content="light dark"' in html
