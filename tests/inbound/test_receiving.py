"""The door: a mail is kept raw before anything else, filed once, and tried again where that fails."""

import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tequio.inbound import actions, filing
from tequio.inbound.actions import erase_raw, receive, try_again
from tequio.inbound.guards import A_DAY, HOPS
from tequio.inbound.models import Raw, Received
from tequio.inbound.reading.mail import Mail, Nature
from tequio.kernel import due
from tequio.notices import fate
from tequio.notices.actions import LOOP, post
from tequio.notices.bounces import bounce_address
from tequio.notices.models import Letter
from tests.conftest import Clock

HUB = "hub.example.org"
FROM = "From: Ana <ana@example.org>\n"


@pytest.fixture(autouse=True)
def domain(settings: Any) -> None:
    settings.MAIL_DOMAIN = HUB


@pytest.fixture(autouse=True)
def filed(monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """The mails that came to be filed, in their order."""
    found: list[Mail] = []

    def filer(_received: Received, mail: Mail) -> str:
        found.append(mail)
        return "filed"

    monkeypatch.setattr(filing, "filers", [filer])
    monkeypatch.setattr(actions, "filers", [filer])
    return found


def raw(headers: str = "", text: str = "Sí.") -> bytes:
    return f"{FROM}To: r.abc@{HUB}\nMessage-ID: <1@out.example>\n{headers}\n{text}\n".encode()


def letter() -> Letter:
    return post("sign_in_code", to="ana@example.org", language="en", tag="leg-1/2", context={"code": "1"})


def report(action: str, about: str = "<lost@hub.example.org>") -> bytes:
    """A delivery report (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ana@example.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

Message-ID: {about}

text
--b--
""".encode()


@pytest.mark.django_db
def test_a_mail_is_kept_as_it_came_before_it_is_filed(clock: Clock, filed: list[Mail]) -> None:
    received = receive(raw(), door="pipe", envelope=[f"R.ABC@{HUB}", " "])
    assert (bytes(Raw.objects.get().data), received.envelope) == (raw(), [f"r.abc@{HUB}"])
    assert (received.size, received.received_at, received.filed_at) == (len(raw()), clock.instant, None)
    assert filed == []
    due.work_off()
    received.refresh_from_db()
    assert (received.fate, received.filed_at, received.wake_at) == ("filed", clock.instant, None)
    assert (received.message_id, received.sender, received.recipient) == (
        "<1@out.example>",
        "ana@example.org",
        f"r.abc@{HUB}",
    )
    assert [(mail.text, mail.recipients) for mail in filed] == [("Sí.\n", (f"r.abc@{HUB}",))]


@pytest.mark.django_db
def test_the_same_mail_is_kept_and_filed_once_for_each_envelope(clock: Clock, filed: list[Mail]) -> None:
    for to in ("r.abc", "r.abc", "r.def"):
        receive(raw(), door="pipe", envelope=[f"{to}@{HUB}"])
        due.work_off()
    assert Received.objects.count() == 2
    assert [mail.recipients for mail in filed] == [
        (f"r.abc@{HUB}",),
        (f"r.abc@{HUB}", f"r.def@{HUB}"),
    ]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_keep_it_once() -> None:
    begin = threading.Barrier(20)

    def give() -> None:
        begin.wait(20)
        receive(raw(), door="pipe")
        connection.close()

    threads = [threading.Thread(target=give) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Received.objects.count(), Raw.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_what_cannot_be_filed_is_tried_ever_later_and_then_rests_until_somebody_says_so(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, filed: list[Mail]
) -> None:
    def broken(_received: Received, _mail: Mail) -> str:
        raise RuntimeError("no place")

    monkeypatch.setattr(actions, "filers", [broken])
    received = receive(raw(), door="pipe")
    waits = []
    while Received.objects.get().wake_at:
        due.work_off()
        received.refresh_from_db()
        if received.wake_at:
            waits.append((received.wake_at - clock.instant) // timedelta(minutes=1))
            clock.to(received.wake_at)
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    assert (received.fate, received.attempts, received.last_error) == ("unfiled", 8, "RuntimeError: no place")
    assert Raw.objects.count() == 1
    monkeypatch.setattr(actions, "filers", filing.filers)
    assert (try_again(), try_again()) == (1, 0)
    due.work_off()
    assert (Received.objects.get().fate, len(filed)) == ("filed", 1)


@pytest.mark.django_db
def test_the_raw_mail_is_erased_after_its_days_and_its_row_stays(clock: Clock, settings: Any) -> None:
    settings.MAIL_KEEP_DAYS = 30
    receive(raw(), door="pipe")
    due.work_off()
    waiting = receive(raw(text="Otra."), door="pipe")
    Received.objects.filter(pk=waiting.pk).update(wake_at=None)
    clock.forward(days=30)
    assert erase_raw() == 0
    clock.forward(seconds=1)
    assert (erase_raw(), erase_raw()) == (1, 0)
    first, second = Received.objects.order_by("pk")
    assert (first.erased_at, first.fate, second.erased_at) == (clock.instant, "filed", None)
    assert [each.received_id for each in Raw.objects.all()] == [waiting.pk]


# Answers by machine ---------------------------------------------------------------------


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The letters that are refused for good, as apps hear of them."""
    found: list[str] = []
    monkeypatch.setattr(fate, "refused", [lambda letter: found.append(letter.tag)])
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["return path", "report"])
def test_a_letter_that_bounced_is_refused_once(
    clock: Clock, heard: list[str], filed: list[Mail], by: str
) -> None:
    sent = letter()
    about = sent.message_id if by == "report" else "<other@mx.example>"
    for _ in range(2):
        envelope = [bounce_address(sent.pk).upper()] if by == "return path" else []
        receive(
            report("failed", about) + str(clock.forward(hours=1)).encode(), door="pipe", envelope=envelope
        )
        due.work_off(kinds=[Received])
    sent.refresh_from_db()
    assert (sent.last_error, sent.wake_at, heard, filed) == ("550 no such user", None, ["leg-1/2"], [])
    assert set(Received.objects.values_list("fate", flat=True)) == {"bounced"}


@pytest.mark.django_db
def test_a_report_of_the_hub_s_own_mail_server_is_a_report(clock: Clock, heard: list[str]) -> None:
    sent = letter()
    own = report("failed", sent.message_id).replace(b"mx.example\nContent", f"{HUB}\nContent".encode())
    assert f"From: MAILER-DAEMON@{HUB}".encode() in own
    receive(own, door="pipe", envelope=[bounce_address(sent.pk)])
    due.work_off(kinds=[Received])
    assert (Received.objects.get().fate, heard) == ("bounced", ["leg-1/2"])


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["delayed", "delivered"])
def test_what_is_only_late_or_has_arrived_changes_nothing(
    clock: Clock, heard: list[str], filed: list[Mail], action: str
) -> None:
    sent = letter()
    receive(report(action, sent.message_id), door="pipe")
    due.work_off(kinds=[Received])
    sent.refresh_from_db()
    assert (Received.objects.get().fate, sent.refused_at, heard, filed) == (action, None, [], [])


@pytest.mark.django_db
def test_a_report_on_nothing_of_ours_is_filed_as_any_mail(
    clock: Clock, heard: list[str], filed: list[Mail]
) -> None:
    forged = bounce_address(7).replace("b.", "b.2", 1)
    receive(report("failed"), door="pipe", envelope=[forged])
    due.work_off()
    assert ([mail.nature for mail in filed], heard) == (["failed"], [])


@pytest.mark.django_db
def test_a_note_of_absence_to_the_return_path_is_filed_with_the_letter_that_it_answers(
    clock: Clock, filed: list[Mail]
) -> None:
    sent = letter()
    receive(raw("Auto-Submitted: auto-replied\n"), door="pipe", envelope=[bounce_address(sent.pk)])
    due.work_off(kinds=[Received])
    assert [(mail.nature, mail.answers) for mail in filed] == [("auto-reply", (sent.message_id,))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        f"{LOOP}: other.example\n",
        "Received: by mx.example\n" * (HOPS + 1),
        f"From: hub@{HUB}\n",
    ],
)
def test_what_goes_round_is_kept_as_automatic(clock: Clock, filed: list[Mail], headers: str) -> None:
    receive(raw(headers).replace(FROM.encode(), b"") if "From" in headers else raw(headers), door="pipe")
    due.work_off()
    assert [mail.nature for mail in filed] == ["auto-reply"]


@pytest.mark.django_db
def test_a_sender_who_writes_to_one_address_all_day_is_kept_as_automatic(
    clock: Clock, filed: list[Mail]
) -> None:
    for number in range(A_DAY + 2):
        receive(raw(text=f"Sí {number}."), door="pipe")
        due.work_off()
    assert [mail.nature for mail in filed].index(Nature.AUTO) == A_DAY
    clock.forward(days=1, seconds=1)
    receive(raw(text="Hoy sí."), door="pipe")
    due.work_off()
    assert filed[-1].nature == "human"


# The command ----------------------------------------------------------------------------


def piped(environment: dict[str, str], mail: bytes, *to: str, **more: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tequio", "receive-mail", *(["--to", *to] if to else [])]
    done = subprocess.run(
        command,
        env={**environment, "TEQUIO_MAIL_DOMAIN": HUB, **more},
        input=mail,
        capture_output=True,
        timeout=60,
    )
    return done.returncode, done.stderr.decode().strip()


@pytest.mark.django_db(transaction=True)
def test_the_pipe_keeps_a_mail_or_refuses_it_at_the_door(child_environment: dict[str, str]) -> None:
    assert piped(child_environment, raw(), f"r.abc@{HUB}") == (0, "")
    assert piped(child_environment, raw(), "ana@example.org") == (
        67,
        "None of these addresses is of this hub.",
    )
    assert piped(child_environment, b"\n") == (65, "There is no mail on standard input.")
    big = raw(text="x" * 2**20)
    assert piped(child_environment, big, TEQUIO_MAIL_MEGABYTES="1") == (69, "A mail may have at most 1 MB.")
    assert Received.objects.values_list("door", "size").get() == ("pipe", len(raw()))


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_is_told_to_try_again_while_the_database_is_away(
    child_environment: dict[str, str],
) -> None:
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    code, said = piped(child_environment, raw(), **away)
    assert (code, said.splitlines()[0].partition(":")[0]) == (75, "The database cannot take it now")
