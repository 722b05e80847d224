import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tequio.site.management.commands import serve


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def pid_of_worker(environment: dict[str, str]) -> int:
    try:
        return int(json.loads((Path(environment["TEQUIO_VAR"]) / "worker.json").read_text())["pid"])
    except (FileNotFoundError, ValueError):
        return 0


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A hub that answers, with a worker that is alive."""
    port = free_port()
    command = [sys.executable, "-m", "tequio", "serve", "--port", str(port)]
    hub = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert hub.stdout is not None
        assert hub.stdout.readline() == f"Tequio answers at http://localhost:{port}\n"
        assert eventually(lambda: pid_of_worker(environment) in children(hub.pid))
        yield hub, port
    finally:
        hub.send_signal(signal.SIGTERM)
        try:
            hub.wait(20)
        finally:
            hub.kill()


@pytest.fixture
def environment(child_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {**child_environment, "TEQUIO_VAR": str(tmp_path)}


def test_it_answers_and_ends_with_everything_that_it_started(environment: dict[str, str]):
    with serving(environment) as (hub, port):
        assert answers(port)
        started = [pid for child in children(hub.pid) for pid in (child, *children(child))]
        assert len(started) == 4
        hub.send_signal(signal.SIGINT)
        assert hub.wait(20) == 0
        assert [pid for pid in started if alive(pid)] == []
        assert not answers(port)


def test_a_killed_worker_and_a_killed_server_are_started_again(environment: dict[str, str]):
    with serving(environment) as (hub, port):
        first = pid_of_worker(environment)
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: pid_of_worker(environment) not in (0, first))
        server = next(pid for pid in children(hub.pid) if pid != pid_of_worker(environment))
        os.kill(server, signal.SIGKILL)
        assert eventually(lambda: server not in children(hub.pid))
        assert eventually(lambda: answers(port))


def test_nothing_is_left_behind_when_it_is_killed(environment: dict[str, str]):
    with serving(environment) as (hub, _):
        started = [pid for child in children(hub.pid) for pid in (child, *children(child))]
        hub.kill()
        assert eventually(lambda: not any(alive(pid) for pid in started))


def test_a_taken_port_is_said_in_words(db: None):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is taken by another program"):
            call_command("serve", port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "hub.example.org"])
def test_the_demo_is_not_served_to_other_machines(host: str, settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="lets anybody act as anybody"):
        call_command("serve", host=host, port=free_port())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.5", "::1"])
def test_loopback_is_known_by_all_its_names(host: str):
    assert serve.is_loopback(host)


def test_a_child_that_cannot_live_is_given_up():
    child = serve.Child("worker", "no_such_module_at_all")
    deaths = 0
    while not child.is_lost():
        deaths += child.process.poll() is not None
        time.sleep(0.05)
    assert len(child.deaths) == serve.TRIES
