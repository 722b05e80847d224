"""The documents name what there is: every setting, every make target, every command."""

import re
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
RUNNING = (ROOT / "docs" / "running.md").read_text()
DOCS = "\n".join(path.read_text() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def settings() -> set[str]:
    """The names that the settings read from the environment."""
    source = (ROOT / "tequio" / "settings" / "__init__.py").read_text()
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", source))


def table() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", RUNNING, re.MULTILINE))


def test_the_settings_are_found():
    assert {"DATABASE_URL", "EMAIL_URL", "TEQUIO_VAR", "TEQUIO_DEMO"} <= settings()


def test_every_setting_is_in_the_table_and_nothing_else():
    assert table() == settings()


def test_every_make_target_is_named():
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"setup", "run", "test", "test-long", "bench", "fmt", "reset"} <= targets
    assert {target for target in targets if f"make {target}" not in DOCS} == set()


def test_no_document_names_a_target_that_is_not_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)", DOCS)) - targets == set()


def test_every_command_of_the_hub_is_named():
    ours = {name for name, app in get_commands().items() if app.startswith("tequio.")}
    assert {"serve", "work"} <= ours
    assert {name for name in ours if f"tequio {name}" not in DOCS} == set()


def test_links_between_the_documents_lead_somewhere():
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text()):
            if not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert broken == []
