"""Mail from a folder: kept before it is marked, once, whatever happens in between."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tequio.inbound import fetching
from tequio.inbound.fetching import Unreachable, fetch, fetch_if_due
from tequio.inbound.models import Raw, Received
from tests.conftest import Clock
from tests.inbound.dovecot import PROGRAM, dovecot
from tests.inbound.imap import Folder, serving


def letter(number: int) -> bytes:
    return f"Message-ID: <{number}@out.example>\r\nFrom: ana@example.org\r\n\r\nCarta {number}.\r\n".encode()


@pytest.fixture
def folder(settings: Any) -> Iterator[Folder]:
    with serving([letter(number) for number in range(3)]) as found:
        settings.IMAP_URL = found.url
        yield found


@pytest.fixture(autouse=True)
def first_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has just begun."""
    monkeypatch.setattr(fetching, "turn", fetching.Turn())


def kept() -> list[bytes]:
    return [bytes(data) for data in Raw.objects.order_by("pk").values_list("data", flat=True)]


@pytest.mark.django_db
def test_every_mail_that_is_not_marked_is_kept_as_it_is_and_marked(folder: Folder) -> None:
    assert fetch() == 3
    assert kept() == [letter(number) for number in range(3)]
    assert set(Received.objects.values_list("door", flat=True)) == {"imap"}
    assert folder.seen == {1, 2, 3}
    folder.mails.append(letter(3))
    assert fetch() == 1
    assert (fetch(), len(kept()), folder.fetched) == (0, 4, 4)


@pytest.mark.django_db
def test_what_was_kept_and_not_marked_is_not_kept_again(folder: Folder) -> None:
    fetch()
    folder.seen.clear()
    assert (fetch(), len(kept()), folder.seen) == (3, 3, {1, 2, 3})


@pytest.mark.django_db
def test_a_mail_that_the_server_does_not_give_stops_no_other(folder: Folder) -> None:
    folder.mails[1] = b""
    assert (fetch(), kept(), folder.seen) == (2, [letter(0), letter(2)], {1, 3})
    folder.mails[1] = letter(1)
    assert (fetch(), folder.seen) == (1, {1, 2, 3})


@pytest.mark.django_db
def test_the_command_tells_how_far_it_is(folder: Folder) -> None:
    folder.mails.extend(letter(number) for number in range(3, 30))
    out, err = StringIO(), StringIO()
    call_command("fetch-mail", stdout=out, stderr=err)
    assert (out.getvalue(), err.getvalue()) == ("30 mails are kept.\n", "25 of 30\n30 of 30\n")


@pytest.mark.django_db
def test_a_wrong_password_is_said_in_words(folder: Folder, settings: Any) -> None:
    settings.IMAP_URL = folder.url.replace("secret", "guess")
    with pytest.raises(CommandError, match=r"The mail server said: .*wrong password"):
        call_command("fetch-mail")


@pytest.mark.django_db
def test_without_a_folder_the_command_says_which_setting_is_missing(settings: Any) -> None:
    settings.IMAP_URL = ""
    with pytest.raises(CommandError, match="Set IMAP_URL"):
        call_command("fetch-mail")
    assert fetch_if_due() == 0


@pytest.mark.django_db
def test_the_worker_asks_each_minute(folder: Folder, clock: Clock) -> None:
    assert (fetch_if_due(), fetch_if_due()) == (3, 0)
    folder.mails.append(letter(3))
    clock.forward(seconds=59)
    assert fetch_if_due() == 0
    clock.forward(seconds=1)
    assert fetch_if_due() == 1


@pytest.mark.django_db
def test_a_server_that_does_not_answer_is_asked_ever_less_often(
    folder: Folder, clock: Clock, settings: Any
) -> None:
    settings.IMAP_URL = "imap://hub:secret@127.0.0.1:9/INBOX"
    with pytest.raises(Unreachable):
        fetch()
    waits = []
    for _ in range(6):
        assert fetch_if_due() == 0
        assert fetching.turn.at is not None
        waits.append(fetching.turn.at - clock.instant)
        clock.to(fetching.turn.at)
    assert waits == [timedelta(minutes=n) for n in (2, 4, 8, 15, 15, 15)]
    settings.IMAP_URL = folder.url
    assert (fetch_if_due(), fetching.turn.wait) == (3, timedelta(minutes=1))


def fetch_and_die(
    url: str, seen: Callable[[], set[int]], mails: int, kills: int, hub: dict[str, str]
) -> None:
    """Fetches in a process that is killed `kills` times on the way, and then in one that ends by itself."""
    command, environment = [sys.executable, "-m", "tequio", "fetch-mail"], {**hub, "IMAP_URL": url}
    for turn in range(1, kills + 1):
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as child:
            until, enough = time.monotonic() + 30, mails * turn // (kills + 2)
            while len(seen()) < enough and child.poll() is None and time.monotonic() < until:
                time.sleep(0.002)
            child.kill()
    assert 0 < len(seen()) < mails
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    assert seen() == set(range(1, mails + 1))
    assert Counter(kept()) == Counter(letter(number) for number in range(mails))
    assert Received.objects.count() == mails


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_again_and_again_keeps_each_mail_once(
    child_environment: dict[str, str], long_form: bool
) -> None:
    mails, kills = (2000, 100) if long_form else (200, 5)
    with serving([letter(number) for number in range(mails)]) as folder:
        fetch_and_die(folder.url, lambda: folder.seen, mails, kills, child_environment)


@pytest.mark.long
@pytest.mark.skipif(not PROGRAM, reason="no dovecot here: apt-get install dovecot-imapd")
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_again_and_again_keeps_each_mail_of_a_dovecot_once(
    child_environment: dict[str, str],
) -> None:
    with dovecot([letter(number) for number in range(2000)]) as server:
        fetch_and_die(server.url, server.seen, 2000, 100, child_environment)
