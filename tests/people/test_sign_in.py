"""Signing in by a code that comes by mail, and out again."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from tequio.people.models import Account, Person
from tests.cast import Cast, letters
from tests.circuit.reading import words

LOGIN, CODE = "/en/accounts/login/", "/en/accounts/login/code/"


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    """Rate limits count in the cache."""
    cache.clear()


def code_of(address: str) -> str:
    """The code in the last letter to an address."""
    found = re.match(r"\S+", letters("sign_in_code", address)[-1].subject)
    assert found
    return found.group()


def ask_for_code(client: Client, address: str = "ana@example.org", to: str = "") -> Any:
    return client.post(LOGIN + (f"?next={to}" if to else ""), {"email": address})


def test_a_code_by_mail_signs_in_and_leads_to_the_desk(client: Client, cast: Cast) -> None:
    beto = cast.hold("chapter-berlin", "Ana")
    assert ask_for_code(client)["Location"] == CODE
    assert "If ana@example.org holds an office here, a letter with a code is on its way." in words(
        client.get(CODE)
    )
    signed = client.post(CODE, {"code": code_of("ana@example.org")}, follow=True)
    assert signed.redirect_chain[-1][0] == f"/en/desk/{beto.office_id}/"
    assert signed.context["request"].person == beto.person


def test_one_comes_back_to_the_page_that_asked(client: Client, cast: Cast) -> None:
    cast.hold("chapter-berlin", "Ana")
    sent = ask_for_code(client, to="/en/me/")
    signed = client.post(sent["Location"], {"code": code_of("ana@example.org")})
    assert signed["Location"] == "/en/me/"


def test_no_other_site_is_gone_to(client: Client, cast: Cast) -> None:
    cast.hold("chapter-berlin", "Ana")
    sent = ask_for_code(client, to="https://elsewhere.example/")
    assert client.post(sent["Location"], {"code": code_of("ana@example.org")})["Location"] == "/en/desk/"


def test_an_address_without_a_desk_sees_the_same_page_and_gets_a_letter_that_says_so(
    client: Client, cast: Cast
) -> None:
    cast.person("Ana")
    pages = []
    for address in ("ana@example.org", "otra@example.org"):
        browser = Client()
        assert ask_for_code(browser, address)["Location"] == CODE
        pages.append(words(browser.get(CODE)).replace(address, "X"))
    assert pages[0] == pages[1]
    letter = letters("sign_in_unknown")[0]
    assert (letter.address, letter.subject) == ("otra@example.org", "This address has no desk here")
    assert (Account.objects.count(), Person.objects.count()) == (1, 1)


def test_the_letter_is_in_the_language_of_the_page_and_lies_in_the_outbox(client: Client, cast: Cast) -> None:
    cast.person("Ana")
    ask_for_code(client)
    letter = letters("sign_in_code")[0]
    assert (letter.language, letter.address, letter.wake_at is not None) == ("en", "ana@example.org", True)
    assert f"Type this code on the page where you asked for it: {code_of('ana@example.org')}" in letter.text
    assert "http" not in letter.text


def test_a_wrong_code_does_not_sign_in_and_a_few_end_the_attempt(client: Client, cast: Cast) -> None:
    cast.person("Ana")
    ask_for_code(client)
    answers = [client.post(CODE, {"code": "WRONG"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 302]
    assert "Nothing was sent yet." in words(answers[0])
    assert client.post(CODE, {"code": code_of("ana@example.org")})["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_code_works_once(client: Client, cast: Cast) -> None:
    cast.person("Ana")
    ask_for_code(client)
    code = code_of("ana@example.org")
    client.post(CODE, {"code": code})
    client.post("/en/accounts/logout/")
    assert client.post(CODE, {"code": code})["Location"] == LOGIN


def test_nobody_signs_up(client: Client, cast: Cast) -> None:
    with translation.override("en"):
        assert {reverse(f"account_{name}") for name in ("login", "request_login_code", "signup")} == {LOGIN}
    for name in ("email", "reauthenticate", "reset_password", "change_password"):
        with pytest.raises(NoReverseMatch):
            reverse(f"account_{name}")
    for path in ("signup/", "email/", "password/reset/", "", "password/change/"):
        assert client.get(f"/en/accounts/{path}").status_code == 404


def test_signing_out_takes_a_post_and_leads_home(client: Client, cast: Cast) -> None:
    client.force_login(cast.account("Ana"))
    page = client.get("/en/accounts/logout/")
    assert "Sign out on this device?" in words(page)
    assert "_auth_user_id" in client.session
    assert client.post("/en/accounts/logout/")["Location"] == "/en/"
    assert "_auth_user_id" not in client.session


def test_who_is_signed_in_need_not_sign_in_again(client: Client, cast: Cast) -> None:
    client.force_login(cast.account("Ana"))
    assert client.get(LOGIN)["Location"] == "/en/desk/"


@pytest.mark.parametrize(("language", "title"), [("es", '<html lang="es">'), ("en", '<html lang="en">')])
def test_the_pages_are_the_hub_s_own_in_both_languages(
    client: Client, cast: Cast, language: str, title: str
) -> None:
    with translation.override(language):
        page = client.get(reverse("account_login"))
    body = page.content.decode()
    assert title in body
    assert ('class="wordmark"' in body, 'type="email"' in body, "allauth" in body) == (True, True, False)


def test_too_many_codes_are_refused(client: Client, cast: Cast) -> None:
    cast.person("Ana")
    answers = [ask_for_code(Client()).status_code for _ in range(8)]
    assert answers[0] == 302
    assert answers[-1] in (200, 429)
    assert len(letters("sign_in_code")) < 8
