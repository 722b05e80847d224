"""Spanish is complete, and no sentence of a template escaped translation."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from tools import messages

ROOT = Path(__file__).resolve().parents[2]
# Shown when nothing works, translation included: it says everything in both languages.
BILINGUAL = "500.html"
TEMPLATES = sorted(
    path
    for path in (ROOT / "tequio").rglob("templates/**/*.*")
    if path.name != BILINGUAL and path.suffix != ".css"
)
SPANISH = ROOT / "tequio" / "locale" / "es" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# Names, which are the same in every language, and the mark for the drawing in a letter.
NAMES = {"[strip]", "Tequio", "ORCID", "ROR", "CSV", "Español", "English", "AGPL-3.0", "UTC", "ES", "EN"}

Texts = tuple[str, ...]


@pytest.fixture(scope="module")
def spanish() -> Catalog:
    return messages.read(SPANISH)


def texts(value: str | tuple[str, ...] | list[str] | None) -> Texts:
    return (value,) if isinstance(value, str) else tuple(value or ("",))


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_nothing_is_untranslated(spanish: Catalog):
    assert [message.id for message in entries(spanish) if not all(texts(message.string))] == []


def test_nothing_is_marked_as_a_guess(spanish: Catalog):
    assert [message.id for message in entries(spanish) if message.fuzzy] == []


def test_placeholders_are_the_same(spanish: Catalog):
    def differs(message: Message) -> bool:
        """Every form holds the placeholders of the English plural; the singular may say "one" instead."""
        wanted = sorted(PLACEHOLDER.findall(texts(message.id)[-1]))
        *singular, last = (sorted(PLACEHOLDER.findall(text)) for text in texts(message.string))
        return last != wanted or any(not set(found) <= set(wanted) for found in singular)

    assert [message.id for message in entries(spanish) if differs(message)] == []


def test_the_catalogue_is_up_to_date(spanish: Catalog):
    def keys(catalogue: Catalog) -> set[tuple[Texts, str | None]]:
        return {(texts(message.id), message.context) for message in entries(catalogue)}

    kept, found = keys(spanish), keys(messages.extract())
    assert {"missing": found - kept, "left over": kept - found} == {"missing": set(), "left over": set()}


def untranslated(source: str) -> list[str]:
    """What a template would show as it stands: text and spoken attributes outside of tags."""
    text = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", " ", source, flags=re.DOTALL)
    text = re.sub(r"{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%}", " ", text, flags=re.DOTALL)
    text = re.sub(r"{%\s*block \w+\s*%}[a-z -]*{%\s*endblock\s*%}", " ", text, flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", text, flags=re.DOTALL)
    spoken = re.findall(r"\b(?:alt|title|placeholder|aria-label)=\"([^\"]*)\"", text)
    shown = re.sub(r'<(?:[^>"]|"[^"]*")*>', "\n", text)
    shown = re.sub(r"&#?\w+;|https?://\S+", " ", shown)
    found = (piece.strip(" .,:;·—–-()«»?!") for piece in [*spoken, *shown.splitlines()])
    return [piece for piece in found if re.search(r"[^\W\d_]{2}", piece) and piece not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "tequio")))
def test_every_text_of_a_template_is_translatable(path: Path):
    assert untranslated(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Ask here</p>", ["Ask here"]),
        ('<p>{% trans "Ask here" %}</p>', []),
        ("<p>{% blocktrans trimmed %}Ask here{% endblocktrans %}</p>", []),
        ('<img alt="A map">', ["A map"]),
        ('<p hx-select="p:has(> a) > *">', []),
        ('<img alt="{% trans "A map" %}">', []),
        ("<p>{{ office }} · Tequio</p>", []),
        ("<style>a { color: red }</style>{# why #}", []),
        ("{% block body_class %}narrow{% endblock %}", []),
        ("-> Answer: {{ url }}", ["> Answer"]),
    ],
)
def test_an_escaped_text_is_seen(source: str, found: list[str]):
    assert untranslated(source) == found
