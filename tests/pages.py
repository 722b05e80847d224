"""Reading a page as a visitor does."""

import re
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def words(html: str) -> str:
    """The words of a piece of HTML, tags and repeated blanks taken out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def main_of(response: Any) -> str:
    """The HTML of the page's main part."""
    found = re.search(r"<main.*</main>", response.content.decode(), re.S)
    assert found
    return found.group()


def text_of(response: Any) -> str:
    return words(main_of(response))


def all_of(pattern: str, html: str) -> list[str]:
    """The words of every match's first group."""
    return [words(found) for found in re.findall(pattern, html, re.S)]


def items(response: Any) -> list[str]:
    """The rows of a list page, each as its words."""
    rows = re.search(r'<ul class="rows(?: pair)?">(.*?)</ul>', main_of(response), re.S)
    return all_of(r"<li>(.*?)</li>", rows.group(1)) if rows else []


def links(html: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'<a [^>]*href="([^"]+)"', html)]


def queries(client: Client, path: str) -> list[str]:
    """The SQL of one visit, after a first one has filled what is kept in memory."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [each["sql"] for each in captured.captured_queries]
