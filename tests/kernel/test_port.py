import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tequio.kernel import port


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


def free() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def test_a_free_port_is_no_trouble():
    assert port.why_not(free()) is None


def test_a_taken_port_is_said_in_words(taken: str):
    assert port.why_not(taken) == (
        f"Port {taken} is taken by another program. Choose another one, as in PORT=8001 make run."
    )


@pytest.mark.parametrize("number", ["", "http", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_said_in_words(number: str):
    assert port.why_not(number) == f"The port {number!r} is not a number from 1 to 65535."


def test_an_address_of_another_machine_is_refused():
    assert (
        port.why_not(free(), "192.0.2.1")
        == "The hub cannot listen on 192.0.2.1: Cannot assign requested address."
    )


def test_it_runs_before_the_environment_exists(taken: str):
    script = [sys.executable, "-I", "-S", str(Path(port.__file__))]
    refused = subprocess.run([*script, taken], capture_output=True, text=True)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"Port {taken} is taken")
    assert subprocess.run([*script, free()]).returncode == 0
