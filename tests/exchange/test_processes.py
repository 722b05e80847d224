"""The documents of the processes say what the packs' tables say."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from tequio.exchange.pack.reading import available, read
from tequio.exchange.processes import documents

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "processes"


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    with translation.override("en"):
        return documents(ROOT / "packs")


def test_the_committed_drawings_are_those_of_the_tables(drawn: dict[str, str]):
    kept = {path.name: path.read_text() for path in DOCS.iterdir()}
    assert kept == drawn, "run make processes"


def test_every_kind_of_every_pack_is_drawn(drawn: dict[str, str]):
    packs = [read(settings.PACKS, name)[-1] for name in available(settings.PACKS)]
    kinds = {f"{pack.home.lower()}-{slug}.svg" for pack in packs for slug in pack["kind"]}
    assert {name for name in drawn if name.endswith(".svg")} == kinds


def test_every_step_of_every_kind_has_its_row_in_the_text(drawn: dict[str, str]):
    for name in available(settings.PACKS):
        for kind in read(settings.PACKS, name)[-1]["kind"].values():
            for step in kind["state"]:
                assert f"| {step['slug']} | " in drawn["README.md"]


def test_every_drawing_is_well_formed(drawn: dict[str, str]):
    for name, text in drawn.items():
        if name.endswith(".svg"):
            assert ElementTree.fromstring(text).tag.endswith("svg")


def test_the_command_writes_the_files_and_removes_what_is_no_longer_a_kind(tmp_path: Path, capsys):
    (tmp_path / "mx-gone.svg").write_text("old")
    call_command("draw-processes", str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in DOCS.iterdir()}
