"""The rules of the house that no import contract can express."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted(path.name for path in (ROOT / "tequio").iterdir() if (path / "__init__.py").exists())
FILE, FUNCTION, VIEW, TEMPLATE = 400, 40, 25, 200


def modules(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def names_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def in_room(path: Path, *rooms: str) -> bool:
    """Whether the module is one of the rooms of its app, or lies in one that became a package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return len(parts) > 2 and parts[0] == "tequio" and parts[2] in rooms


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{names_of(path)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_every_app_is_walked():
    assert {"kernel", "journal", "notices", "reference", "people", "network", "circuit"} <= set(APPS)


def test_no_file_passes_400_lines():
    long = {
        names_of(path): n
        for path in modules("tequio", "tests", "tools", "bench")
        if (n := lines(path)) > FILE
    }
    assert long == {}


def test_no_template_passes_200_lines():
    templates = (ROOT / "tequio").rglob("templates/**/*.*")
    assert {names_of(path): n for path in templates if (n := lines(path)) > TEMPLATE} == {}


def test_no_function_passes_40_lines():
    long = {
        name: n for path in modules("tequio", "tools", "bench") for name, n in functions(path) if n > FUNCTION
    }
    assert long == {}


def test_no_view_passes_25_lines():
    views = [path for path in modules("tequio") if in_room(path, "views")]
    assert {name: n for path in views for name, n in functions(path) if n > VIEW} == {}


def test_verbs_and_reads_know_no_request():
    rooms = [
        path for path in modules("tequio") if in_room(path, "states", "rules", "models", "queries", "actions")
    ]
    assert rooms
    found = {
        (names_of(path), name) for path in rooms for name in imported(path) if name.startswith("django.http")
    }
    assert found == set()


def test_verbs_take_no_request():
    found = [
        f"{names_of(path)}:{node.name}"
        for path in modules("tequio")
        if in_room(path, "actions", "queries", "models")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and "request" in {argument.arg for argument in node.args.args}
    ]
    assert found == []


@pytest.mark.parametrize("app", APPS)
def test_views_and_forms_belong_to_their_app(app: str):
    foreign = re.compile(rf"^tequio\.(?!{app}\.)\w+\.(views|forms)\b")
    found = {
        (names_of(path), name)
        for path in modules(f"tequio/{app}")
        for name in imported(path)
        if foreign.match(name)
    }
    assert found == set()


@pytest.mark.parametrize(
    "banned",
    [
        "django.dispatch",
        "django.db.models.signals",
        "django.core.signals",
        "django.contrib.contenttypes.fields",
    ],
)
def test_no_signals_and_no_generic_foreign_keys(banned: str):
    found = {
        (names_of(path), name)
        for path in modules("tequio")
        for name in imported(path)
        if name.startswith(banned)
    }
    assert found == set()


def test_no_junk_drawer():
    assert [
        names_of(path) for path in modules("tequio") if path.stem in {"utils", "helpers", "common", "misc"}
    ] == []


def test_nothing_unfinished_is_kept():
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
    sources = [*modules("tequio", "tests", "tools", "bench"), *(ROOT / "tequio").rglob("templates/**/*.*")]
    assert [names_of(path) for path in sources if words.search(path.read_text())] == []


def lines(path: Path) -> int:
    return path.read_text().count("\n")
