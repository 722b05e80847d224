"""Reading pages and letters as a person does: words, links, the values that a form holds."""

import html
import re
from typing import Any


def words(response: Any) -> str:
    """The words of a page's main part, without tags, on one line."""
    body = response.content.decode()
    main = re.search(r"<main.*?</main>", body, re.S)
    text = re.sub(r"<[^>]+>", " ", main.group(0) if main else body)
    return " ".join(html.unescape(text).split())


def heading(response: Any) -> str:
    found = re.findall(r"<h1>(.*?)</h1>", response.content.decode(), re.S)
    assert len(found) == 1, found
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def errors(response: Any) -> list[str]:
    """The sentences of the summary above a form that was not accepted."""
    box = re.search(r'<div class="errors".*?</div>', response.content.decode(), re.S)
    found = re.findall(r"<(?:a|p)[^>]*>(.*?)</(?:a|p)>", box.group(0)) if box else []
    return [html.unescape(sentence) for sentence in found]


def value_of(response: Any, name: str) -> str:
    """What the form holds in an input."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    assert tag, name
    value = re.search(r'value="([^"]*)"', tag.group(0))
    return html.unescape(value.group(1)) if value else ""


def options(response: Any, name: str) -> list[str]:
    """The words of a select's options, in order."""
    select = re.search(rf'<select name="{name}".*?</select>', response.content.decode(), re.S)
    assert select, name
    return [html.unescape(word) for word in re.findall(r"<option[^>]*>(.*?)</option>", select.group(0))]


def radios(response: Any, name: str) -> list[str]:
    """The values among which one can choose."""
    return re.findall(rf'<input type="radio" name="{name}" value="([^"]*)"', response.content.decode())


def link_in(body: str) -> str:
    """The path of the first link in a letter."""
    found = re.search(r"https?://[^/\s]+(/\S*)", body)
    assert found, body
    return found.group(1)
