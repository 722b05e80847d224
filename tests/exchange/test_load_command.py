"""`tequio load`: what it says, where, and how it ends."""

import io
import json

import pytest
from django.core.management import call_command

from tequio.exchange.management.commands.load import Command
from tequio.exchange.pack.saving import Progress
from tequio.network.models import Organisation
from tests.exchange.packs import ORGANISATIONS, TOTAL, counts, dump, empty, spoil


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def folder(packs, settings, db):
    settings.PACKS = packs
    return packs


def run(*words: str, stderr: io.StringIO | None = None) -> tuple[list[str], list[str], int]:
    """The lines on standard output and on standard error, and the exit code."""
    out, err, code = io.StringIO(), stderr or io.StringIO(), 0
    try:
        call_command("load", *words, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        code = int(end.code or 0)
    return out.getvalue().splitlines(), err.getvalue().splitlines(), code


def test_it_says_what_was_loaded():
    out, _, code = run("mx")
    assert (out, code) == ([f'The pack "mx" is loaded: {TOTAL:,} created, 0 unchanged.'], 0)


def test_a_second_run_says_that_nothing_changed():
    run("mx")
    assert run("mx")[0] == [f'The pack "mx" is up to date: {TOTAL:,} rows, none changed.']


def test_a_later_run_says_how_much_changed(folder):
    run("mx")
    spoil(folder, ORGANISATIONS, "Red España", "Red Ibérica")
    assert run("mx")[0] == [f'The pack "mx" is loaded: 1 updated, {TOTAL - 1:,} unchanged.']


def test_the_last_line_is_one_object_of_counts():
    first, _, _ = run("mx", "--json")
    second, _, _ = run("mx", "--json")
    assert json.loads(first[-1]) == counts(created=TOTAL)
    assert json.loads(second[-1]) == counts(unchanged=TOTAL)
    assert len(first) == len(second) == 2


def test_a_dry_run_says_what_would_change_and_changes_nothing():
    out, _, code = run("mx", "--dry-run", "--json")
    assert out[0] == f'The pack "mx" would change: {TOTAL:,} created, 0 unchanged. Nothing was written.'
    assert (json.loads(out[1]), code) == (counts(created=TOTAL), 0)
    assert empty(dump())


def test_beside_a_terminal_the_progress_is_a_few_lines():
    assert run("mx")[1] == [
        "0 % world: sources",
        "30 % mx: topics",
        "50 % mx: administrations",
        "80 % mx: kinds of ask",
        "100 % mx",
    ]


def test_on_a_terminal_the_progress_is_a_bar():
    terminal = Terminal()
    run("mx", stderr=terminal)
    steps = terminal.getvalue().split("\r")[1:]
    assert len(steps) == 11
    assert steps[0] == f"[{' ' * 30}] {'world: sources':<40}"
    assert steps[-1] == f"[{'#' * 30}] {'mx':<40}\n"


def test_what_goes_wrong_begins_on_a_line_below_the_bar():
    run("mx")
    Organisation.objects.filter(slug="uno").update(source=None)
    terminal = Terminal()
    assert run("mx", stderr=terminal)[2] == 1
    assert terminal.getvalue().splitlines()[-2:] == [
        'organisations.csv:4: slug: "uno" is already an organisation of this hub',
        'The pack "mx" has 1 error: nothing was loaded.',
    ]


def test_a_bad_pack_ends_with_each_error_on_a_line(folder):
    spoil(folder, ORGANISATIONS, "Africa/Windhoek", "America/Mexico")
    spoil(folder, ORGANISATIONS, "27.02", "north")
    out, err, code = run("mx", "--json")
    assert (out, code) == ([], 1)
    assert err == [
        'organisations.csv:3: zone: "America/Mexico" is not a time zone of the IANA database',
        'organisations.csv:4: latitude: "north" is not a number of degrees from -90 to 90',
        'The pack "mx" has 2 errors: nothing was loaded.',
    ]
    assert empty(dump())


def test_one_error_is_counted_as_one(folder):
    spoil(folder, ORGANISATIONS, "27.02", "north")
    assert run("mx")[1][-1] == 'The pack "mx" has 1 error: nothing was loaded.'


def test_of_many_errors_fifty_are_shown(folder):
    row = "T{},nowhere,Topic,1\n"
    with (folder / "world/topics.csv").open("a") as topics:
        topics.writelines(row.format(n) for n in range(10, 70))
    _, err, code = run("mx")
    assert (len(err), code) == (52, 1)
    assert err[0] == 'world/topics.csv:5: subfield: there is no subfield "nowhere"'
    assert err[49] == 'world/topics.csv:54: subfield: there is no subfield "nowhere"'
    assert err[50:] == ["… and 10 more", 'The pack "mx" has 60 errors: nothing was loaded.']


def test_an_unknown_pack_lists_those_that_are_there():
    assert run("moon") == ([], ['There is no pack "moon". Packs here: mx, world.'], 1)


@pytest.mark.parametrize("name", ["", ".", "..", "mx/../mx", "../packs/mx"])
def test_a_path_is_not_a_pack(name):
    out, err, code = run(name)
    assert (out, err, code) == ([], [f'There is no pack "{name}". Packs here: mx, world.'], 1)


def test_an_empty_folder_of_packs_says_so(tmp_path, settings):
    settings.PACKS = tmp_path / "none"
    assert run("mx")[1] == ['There is no pack "mx". Packs here: none.']


def test_stopped_by_hand_nothing_is_loaded_and_it_can_be_run_again(monkeypatch):
    def stop(self: Command) -> Progress:
        def progress(what: str, done: int, of: int) -> None:
            if what == "mx: entry points":
                raise KeyboardInterrupt

        return progress

    with monkeypatch.context() as patch:
        patch.setattr(Command, "progress", stop)
        assert run("mx") == ([], ["Stopped: nothing was loaded. It can be run again."], 130)
    assert empty(dump())
    assert run("mx")[2] == 0
