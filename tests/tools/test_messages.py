from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from tools import messages

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("An office")
def b(n): return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
C = pgettext("of a letter", "Subject")
D = "not for people"
"""
HTML = """{% load i18n %}
    <h1>{% trans "Ask here" %}</h1>
  <p>{% blocktrans trimmed count n=days %}
      {{ n }} day
    {% plural %}
      {{ n }} days
  {% endblocktrans %}</p>
<p>It's not closed</p>
"""
MAIL = '{% load i18n %}{% blocktrans %}Your ask, {{ name }}{% endblocktrans %}\n\n-> {% trans "Answer" %}: {{ url }}\n'


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with a Spanish catalogue that has one translation and one leftover."""
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "SOURCES", tmp_path)
    for name, text in {
        "app/models.py": PYTHON,
        "app/migrations/0001.py": '_("never")',
        "app/templates/app/page.html": HTML,
        "app/templates/mail/asked.txt": MAIL,
        "notes.txt": '{% trans "not a template" %}',
        "locale/es/LC_MESSAGES/django.po": 'msgid "Ask here"\nmsgstr "Pida aquí"\n\nmsgid "Gone"\nmsgstr "Ida"\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "locale/es/LC_MESSAGES/django.po"


def test_code_pages_and_letters_are_read(house: Path):
    assert {(message.id, message.context) for message in messages.extract() if message.id} == {
        ("An office", None),
        (("%(n)s day", "%(n)s days"), None),
        ("Subject", "of a letter"),
        ("Ask here", None),
        ("Your ask, %(name)s", None),
        ("Answer", None),
    }


def test_update_keeps_translations_adds_what_is_new_and_drops_what_is_gone(house: Path):
    assert messages.update(house) == (6, 5)
    kept = {message.id: message.string for message in messages.read(house) if message.id}
    assert kept["Ask here"] == "Pida aquí"
    assert kept["An office"] == ""
    assert "Gone" not in kept


def test_a_second_update_changes_nothing(house: Path):
    messages.update(house)
    first = house.read_text()
    messages.update(house)
    assert house.read_text() == first


def test_an_update_makes_a_catalogue_for_a_new_language(house: Path):
    new = house.parents[2] / "pt" / "LC_MESSAGES" / "django.po"
    new.parent.mkdir(parents=True)
    assert messages.catalogues() == [house, new]
    assert messages.update(new) == (6, 6)
    assert "Plural-Forms" in new.read_text()


def test_compile_makes_what_django_reads(house: Path):
    messages.update(house)
    messages.main("compile", str(house))
    with house.with_suffix(".mo").open("rb") as file:
        assert read_mo(file)["Ask here"].string == "Pida aquí"


def test_main_says_how_it_is_used(house: Path):
    with pytest.raises(SystemExit, match="update"):
        messages.main("extract")


def test_main_updates_and_counts(house: Path, capsys: pytest.CaptureFixture[str]):
    messages.main("update")
    assert capsys.readouterr().out == "locale/es/LC_MESSAGES/django.po: 6 messages, 5 untranslated\n"
