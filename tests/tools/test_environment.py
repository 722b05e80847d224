"""What the tests themselves stand on: a folder and a database of the run alone."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests import postgres


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return tmp_path


def left_behind(folder: Path, name: str) -> Path:
    path = folder / f"{postgres.PREFIX}{name}"
    (path / "pg").mkdir(parents=True)
    (path / "lock").touch()
    return path


def test_the_run_has_a_folder_of_its_own():
    assert Path(settings.VAR).parent.name.startswith(postgres.PREFIX)
    assert not settings.DEMO


def test_a_developer_s_settings_do_not_reach_the_tests():
    assert {name for name in os.environ if name.startswith("TEQUIO_")} <= {*postgres.KEPT, "TEQUIO_VAR"}
    assert "EMAIL_URL" not in os.environ


@pytest.mark.django_db
def test_the_database_is_the_one_that_was_asked_for(pytestconfig: pytest.Config):
    assert connection.vendor == pytestconfig.getoption("database")


def test_the_folder_of_a_killed_run_is_deleted(temporary: Path):
    dead = left_behind(temporary, "dead")
    postgres.sweep()
    assert not dead.exists()


def test_the_folder_of_a_living_run_is_left_alone(temporary: Path):
    living = left_behind(temporary, "living")
    with (living / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        postgres.sweep()
        assert living.exists()


def test_folders_of_others_are_left_alone(temporary: Path):
    (temporary / "tequio-suite-1").mkdir()
    postgres.sweep()
    assert [path.name for path in temporary.iterdir()] == ["tequio-suite-1"]


def test_the_server_of_a_killed_run_is_ended(temporary: Path):
    dead = left_behind(temporary, "dead")
    server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(dead / "pg")])
    (dead / "pg" / "postmaster.pid").write_text(f"{server.pid}\n{dead / 'pg'}\n")
    while str(dead) not in Path(f"/proc/{server.pid}/cmdline").read_text():
        time.sleep(0.01)
    postgres.sweep()
    assert server.wait(10) != 0


def test_a_process_that_only_has_the_number_is_left_alone(temporary: Path):
    dead = left_behind(temporary, "dead")
    (dead / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    postgres.sweep()
    assert not dead.exists()


def test_a_closed_home_stays_closed(tmp_path: Path):
    home = tmp_path / "home"
    programs = home / "venv" / "pg" / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").touch()
    home.chmod(0o700)
    versions = {16: programs, 18: programs}
    postgres.keep_homes_closed(versions, tmp_path)
    assert versions == {18: tmp_path / "postgres" / "bin"}
    assert (versions[18] / "postgres").exists()
    assert home.stat().st_mode & 0o777 == 0o700
