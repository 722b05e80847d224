"""The hub's own addresses: those of replies, and the signed return path that says which letter came back."""

from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tequio.inbound.addresses import is_ours, reply_address, tokens_in
from tequio.notices.bounces import bounce_address, letter_of

HUB = "hub.example.org"


@pytest.fixture(autouse=True)
def domain(settings: Any) -> None:
    settings.MAIL_DOMAIN = HUB
    settings.DEFAULT_FROM_EMAIL = "Tequio <avisos@hub.example.org>"


@given(number=st.integers(1, 2**63 - 1), upper=st.booleans())
def test_every_return_path_leads_back_to_its_letter(number: int, upper: bool) -> None:
    with override_settings(MAIL_DOMAIN=HUB):
        address = bounce_address(number)
        assert len(address.partition("@")[0]) <= 64
        assert letter_of(f"<{address.upper() if upper else address}>") == number


@given(address=st.text(max_size=80) | st.from_regex(r"\Ab\.[2-9a-z]{1,6}\.[2-9a-z]{10}@hub\.example\.org\Z"))
def test_what_nobody_here_has_signed_leads_nowhere(address: str) -> None:
    with override_settings(MAIL_DOMAIN=HUB):
        found = letter_of(address)
        assert found is None or bounce_address(found) == address


def test_a_return_path_of_another_hub_or_letter_leads_nowhere() -> None:
    mine = bounce_address(12)
    assert letter_of(mine.replace(HUB, "other.example")) is None
    assert (
        letter_of(bounce_address(13).split(".")[0] + "." + mine.split(".", 2)[1] + ".2222222222@" + HUB)
        is None
    )


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        (["r.abc@hub.example.org"], ["abc"]),
        (["R.ABC@HUB.example.org", "r.abc@hub.example.org"], ["abc"]),
        (["<r.abc@hub.example.org"], ["abc"]),
        (["Tequio r.abc@hub.example.org", "hub@hub.example.org"], ["abc"]),
        (["xr.abc@hub.example.org", "r.abc@hub.example.org.evil.example"], []),
        (['"mailto:r.abc@hub.example.org"'], ["abc"]),
        (["ana@example.org", "r.def@hub.example.org", "r.abc@hub.example.org"], ["def", "abc"]),
        (["r.abc@example.org", "b.2.3@hub.example.org", "r.abc", ""], []),
    ],
)
def test_tokens_are_read_however_the_address_was_typed(written: list[str], tokens: list[str]) -> None:
    assert tokens_in(written) == tokens


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("r.abc@hub.example.org", True),
        ("Avisos@Hub.example.org", True),
        ("<anything@hub.example.org>", True),
        ("ana@example.org", False),
        ("hub.example.org", False),
        ("", False),
    ],
)
def test_which_addresses_are_ours(address: str, ours: bool) -> None:
    assert is_ours(address) is ours


def test_a_hub_that_takes_no_mail_has_no_addresses_for_it(settings: Any) -> None:
    settings.MAIL_DOMAIN = ""
    settings.DEFAULT_FROM_EMAIL = "avisos@example.org"
    assert (reply_address("abc"), bounce_address(1), tokens_in(["r.abc@"]), letter_of("b.2.3@")) == (
        "",
        "",
        [],
        None,
    )
    assert (is_ours("avisos@example.org"), is_ours("ana@"), is_ours("")) == (True, False, False)
