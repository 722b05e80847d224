"""One template makes a letter's subject, its text and its HTML.

A mail template is plain text: the first line is the subject; blocks are parted by blank lines. A block
`-> label: url` is the button, a block of lines starting with `* ` is a list, with `> ` a quotation, a block
starting with `-- ` is small print, `[strip]` draws the steps that the context's `steps_of` gives, `# ` begins a
heading and `+ ` one thing of many, with its links in lines `+> label: url` below it or in a block of their own;
anything else is a paragraph.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


MARKS = {"done": "■", "here": "◉", "next": "○", "ended": "▬"}


def _block(raw: str, context: Mapping[str, Any]) -> dict[str, Any]:
    lines = [line.strip() for line in raw.strip().splitlines()]
    if lines[0] == "[strip]":
        return {"kind": "strip", "steps": context["steps_of"]()}
    if lines[0].startswith(">"):
        return {"kind": "quote", "text": "\n".join(line.removeprefix(">").strip() for line in lines)}
    if lines[0].startswith("-> "):
        label, _, url = lines[0][3:].rpartition(": ")
        return {"kind": "button", "text": label, "url": url}
    if lines[0].startswith("* "):
        return {"kind": "list", "lines": [line.removeprefix("* ") for line in lines]}
    if lines[0].startswith("-- "):
        return {"kind": "small", "text": " ".join(lines)[3:]}
    if lines[0].startswith("# "):
        return {"kind": "heading", "text": lines[0][2:]}
    if lines[0].startswith(("+ ", "+> ")):
        text = lines.pop(0)[2:] if lines[0].startswith("+ ") else ""
        return {"kind": "item", "text": text, "links": [line[3:].rpartition(": ")[::2] for line in lines]}
    return {"kind": "p", "text": " ".join(lines)}


def _wrap(line: str, indent: str = "", hanging: str | None = None) -> str:
    return textwrap.fill(
        line,
        72,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _step_as_text(step: Any) -> str:
    until = step.until and _("until %(date)s") % {"date": date_format(step.until)}
    rest = ", ".join(part for part in (step.office, until, step.note) if part)
    return f"{MARKS[step.state]} {step.label}" + (f": {rest}" if rest and step.state == "here" else "")


def _item_as_text(block: dict[str, Any]) -> str:
    lines = [_wrap(block["text"], "- ", "  ")] if block["text"] else []
    return "\n".join([*lines, *(f"  {label}:\n  {url}" for label, url in block["links"])])


def _as_text(block: dict[str, Any]) -> str:
    if block["kind"] == "button":
        return f"{block['text']}:\n{block['url']}"
    if block["kind"] == "list":
        return "\n".join(f"- {line}" for line in block["lines"])
    if block["kind"] == "strip":
        return "\n".join(_step_as_text(step) for step in block["steps"])
    if block["kind"] == "quote":
        return "\n".join(_wrap(line, "> ") or ">" for line in block["text"].splitlines())
    if block["kind"] == "item":
        return _item_as_text(block)
    if block["kind"] == "heading":
        return f"{block['text']}\n{'=' * min(len(block['text']), 72)}"
    wrapped = _wrap(block["text"])
    return f"-- \n{wrapped}" if block["kind"] == "small" else wrapped


def render(template: str, language: str, context: Mapping[str, Any]) -> Rendered:
    """Renders `mail/<template>.txt` in `language`. Context values are not escaped in the text, are in the HTML."""
    with translation.override(language):
        source = Engine.get_default().get_template(f"mail/{template}.txt")
        whole = source.render(Context({"contact": settings.CONTACT, **context}, autoescape=False))
        subject, _, body = whole.strip().partition("\n")
        blocks = [_block(raw, context) for raw in body.strip().split("\n\n") if raw.strip()]
        text = "\n\n".join(_as_text(block) for block in blocks) + "\n"
        html = render_to_string(
            "site/mail.html", {"subject": subject, "blocks": blocks, "language": language}
        )
    return Rendered(" ".join(subject.split()), text, html)
