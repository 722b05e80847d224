"""What `make run` starts, seen from outside."""

from datetime import UTC, datetime, timedelta

from tests.browser.running.hub import Hub
from tests.browser.visitor import Visitor


def test_a_letter_goes_from_the_page_through_the_worker_into_the_mailbox(visitor: Visitor, hub: Hub):
    address = f"{visitor.way}@example.org"
    visitor.open(f"{visitor.prefix}/accounts/login/")
    visitor.fill(email=address)
    visitor.press("Send me the code")
    assert hub.letter(address)


def test_the_worker_beside_the_server_is_alive(hub: Hub):
    last = datetime.fromisoformat(hub.heartbeat()["beat"])
    assert datetime.now(UTC) - last < timedelta(seconds=30)


def test_a_second_start_keeps_what_is_there(hub: Hub):
    assert '"created": 0' in hub.tequio("load", "mx", "--json").splitlines()[-1]


def test_nothing_was_complained_of(hub: Hub):
    assert hub.log() == ""
