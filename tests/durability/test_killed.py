"""Law 7: acknowledged means durable, while server and worker are killed and the clients try again."""

import http.client
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from tequio.circuit.actions.asking import confirm_ask
from tequio.circuit.links import ask_key, leg_key
from tequio.circuit.models import Ask, Case, Commitment, Event, Leg
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel import clock, due, ids
from tequio.network.queries import acting
from tequio.notices.models import Letter
from tests.cast import Cast, open_leg_of

SECRET = "c" * 32
CLIENTS = 4
PATIENCE = 300  # seconds: on a busy machine many lives end before their first answer
LIMITS = (
    "TEQUIO_ASKS_PER_ADDRESS_AND_HOUR",
    "TEQUIO_ASKS_PER_NETWORK_AND_HOUR",
    "TEQUIO_ASKS_PER_HOUR",
    "TEQUIO_MAIL_PER_DOMAIN",
)
PLENTY = dict.fromkeys(LIMITS, "1000000")


class Client(threading.Thread):
    """Asks, confirms and answers, each again and again until it is acknowledged by a redirect that came whole:
    a server killed behind its status line has acknowledged nothing."""

    def __init__(self, port: int, number: int, killed: threading.Event) -> None:
        super().__init__()
        self.port, self.number, self.killed = port, number, killed
        self.asked: dict[str, int] = {}
        self.receipts: dict[int, str] = {}
        self.answers: list[str] = []
        self.tries = 0
        self.fault: Exception | None = None

    def post(self, path: str, **form: str) -> str:
        body = urlencode({"csrfmiddlewaretoken": SECRET, **form})
        headers = {"Cookie": f"csrftoken={SECRET}", "Content-Type": "application/x-www-form-urlencoded"}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.tries += 1
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                link.request("POST", path, body, headers)
                answer = link.getresponse()
                answer.read()
                if answer.status == 302 and (receipt := answer.headers["Location"]):
                    return receipt
                if answer.status not in (302, *range(500, 600)):
                    raise AssertionError(f"{path} answered {answer.status}")
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
            finally:
                link.close()
        raise AssertionError(f"{path} was not acknowledged")

    def one_round(self, number: int) -> None:
        key = f"killed-{self.number}-{number}"
        sent = self.post(
            "/ask/mx/school-talk/", key=key, **FORM, address=f"c{self.number}-{number}@example.net"
        )
        pk = int(sent.split("/")[3])
        self.asked[key] = pk
        confirmed = self.post(f"/ask/confirm/{pk}/{ask_key(Ask(pk=pk, address_version=1))}/")
        ref = confirmed.split("/")[2]
        self.receipts[pk] = ref
        leg = Leg.objects.select_related("owner").get(case__ref=ref, number=1)
        assert leg.owner is not None
        by = acting(leg.owner)[0]
        due_on = (clock.now() + timedelta(days=5)).date()
        path = f"/answer/{ref}/1/{by.pk}/{leg_key(leg, by)}/"
        answer = {"key": f"answer-{ref}", "what": "Una charla", "due_on": str(due_on)}
        self.post(path, act="accept", **{f"accept-{name}": value for name, value in answer.items()})
        self.answers.append(ref)

    def run(self) -> None:
        try:
            number = 0
            while not self.killed.is_set():
                self.one_round(number)
                number += 1
        except Exception as fault:
            self.fault = fault
        finally:
            connection.close()


FORM = {
    "name": "Marta Maestra",
    "text": "Una charla sobre vacunas.",
    "region": "MX-OAX",
    "school": "Colegio Sin Lista",
    "school_choice": "typed",
    "school_asked": "Colegio Sin Lista",
}


def run_clients(environment: dict[str, str], kills: int) -> tuple[list[Client], subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.durability.hub", str(kills), "7"]
    hub = subprocess.Popen(
        command, env={**environment, **PLENTY}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert hub.stdout is not None
    port = int(hub.stdout.readline().split()[1])
    killed = threading.Event()
    clients = [Client(port, number, killed) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    assert hub.stdout.readline() == f"killed {kills}\n"
    killed.set()
    for client in clients:
        client.join(120)
    return clients, hub


def drained(seconds: float = 60) -> bool:
    """Whether the worker has sent every letter, within the seconds; leases of killed workers are let go."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        Letter.objects.filter(wake_at__isnull=False).update(leased_until=None)
        if not due.work_off() and not Letter.objects.filter(sent_at=None).exists():
            return True
    return False


@pytest.mark.django_db(transaction=True)
def test_nothing_acknowledged_is_lost_or_doubled_while_server_and_worker_are_killed(
    child_environment: dict[str, str], long_form: bool, settings: Any
) -> None:
    settings.MAIL_PER_DOMAIN = 10**6
    cast = Cast()
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    clients, hub = run_clients(child_environment, 2000 if long_form else 200)
    assert hub.stdin is not None
    hub.stdin.close()
    hub.wait(20)
    assert [client.fault for client in clients] == [None] * CLIENTS
    asked = {key: pk for client in clients for key, pk in client.asked.items()}
    receipts = {pk: ref for client in clients for pk, ref in client.receipts.items()}
    answered = sorted(ref for client in clients for ref in client.answers)
    assert len(answered) >= CLIENTS
    assert dict(Ask.objects.values_list("key", "pk")) == asked
    assert dict(Case.objects.values_list("ask_id", "ref")) == receipts
    once = Counter(answered)
    assert Counter(Event.objects.filter(kind="accepted").values_list("case__ref", flat=True)) == once
    assert Counter(Commitment.objects.values_list("case__ref", flat=True)) == once
    assert Counter(Entry.objects.filter(kind="leg.accepted").values_list("reference", flat=True)) == once
    assert Counter(Entry.objects.filter(kind="case.opened").values_list("reference", flat=True)) == once
    assert Entry.objects.filter(kind="ask.recorded").count() == len(asked)
    for template in ("asker_receipt", "leg_new", "asker_accepted"):
        assert Counter(Letter.objects.filter(template=template).values_list("about", flat=True)) == once
    assert Letter.objects.filter(template="ask_confirm").count() == len(asked)
    assert drained()
    assert verify().broken is None
    assert from_journal() == from_tables()


def together(verb: Any, times: int) -> list[Any]:
    """Runs the verb in as many threads as asked for, all let go at once; their results or faults."""
    gate, results = threading.Barrier(times), []

    def run() -> None:
        try:
            gate.wait()
            results.append(verb())
        except Exception as fault:
            results.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_fifty_identical_answers_at_once_have_one_effect() -> None:
    from tequio.circuit.actions.answering import accept_leg

    cast = Cast()
    by = cast.hold("chapter-berlin", "Beto")
    cast.promise(by)
    leg = open_leg_of(cast.case())
    due_on = clock.today("UTC") + timedelta(days=5)
    results = together(lambda: accept_leg(leg, by=by, what="Una charla", due_on=due_on, key="same").pk, 50)
    assert results == [leg.pk] * 50
    assert Event.objects.filter(kind="accepted").count() == 1
    assert Commitment.objects.count() == 1
    assert Letter.objects.filter(template="asker_accepted").count() == 1
    assert Entry.objects.filter(kind="leg.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_confirmations_at_once_open_one_case() -> None:
    cast = Cast()
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    ask = cast.ask()
    results = together(lambda: confirm_ask(ask).ref, 50)
    assert results == [Case.objects.get().ref] * 50
    assert Leg.objects.count() == 1
    assert Letter.objects.filter(template="leg_new").count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_forms_with_one_key_keep_one_ask() -> None:
    cast = Cast()
    key = ids.idempotency_key()
    results = together(lambda: cast.ask(key=key).pk, 50)
    assert results == [Ask.objects.get().pk] * 50
    assert Letter.objects.filter(template="ask_confirm").count() == 1
