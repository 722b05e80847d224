"""The text of an HTML body, line by line; what a mail program marks as quoted begins with `> `."""

import re
from html import unescape

from lxml import etree
from lxml import html as lxml_html

BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol",
    "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
}  # fmt: skip
SILENT = {"script", "style", "head", "title", "meta", "link", "template", "noscript"}
QUOTED = ("gmail_quote", "protonmail_quote", "yahoo_quoted", "moz-cite", "zimbra_quote", "tutanota_quote")
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*+>")
SPACE = re.compile(r"[ \t\r\n\f]+")


def lines_of(html: str) -> list[str]:
    """The lines that a reader sees. Walks the tree without recursion, once; bad HTML is read as browsers would."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        return _without_tags(html)
    lines = _Lines()
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            silent += _is_silent(element, tag)
            lines.enter(element, tag)
            if not silent:
                lines.add(element.text, pre=tag in ("pre", "textarea"))
        else:
            if event == "end":
                lines.leave(element, tag)
                silent -= _is_silent(element, tag)
            if not silent:
                lines.add(element.tail)
    return lines.done()


def _without_tags(html: str) -> list[str]:
    """The text of HTML that is nested deeper than the parser follows."""
    lines = (SPACE.sub(" ", unescape(line)).strip() for line in TAG.sub("\n", html).split("\n"))
    return [line for line in lines if line]


def _is_silent(element: etree._Element, tag: str) -> bool:
    return tag in SILENT or bool(HIDDEN.search(element.get("style") or ""))


def _is_quoted(element: etree._Element, tag: str) -> bool:
    """Whether a mail program marks what is inside as quoted: by type=cite, or by a class of its own."""
    if tag != "blockquote":
        return False
    classes = (element.get("class") or "").lower()
    return (element.get("type") or "").lower() == "cite" or any(name in classes for name in QUOTED)


class _Lines:
    """Lines as they are gathered; `depth`: in how many quotations we are."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now: list[str] = []
        self.depth = 0

    def enter(self, element: etree._Element, tag: str) -> None:
        if tag in BLOCKS or tag == "br":
            self._break(blank=tag in ("p", "blockquote", "table", "hr") or tag == "br" and not self.now)
        if _is_quoted(element, tag):
            self.depth += 1

    def leave(self, element: etree._Element, tag: str) -> None:
        if tag in BLOCKS:
            self._break(blank=tag in ("p", "blockquote", "table"))
        if _is_quoted(element, tag):
            self.depth -= 1

    def add(self, text: str | None, *, pre: bool = False) -> None:
        if not text:
            return
        if pre and "\n" in text:
            for line in text.split("\n"):
                self.now.append(line)
                self._break(blank=False)
        else:
            self.now.append(SPACE.sub(" ", text))

    def _break(self, *, blank: bool) -> None:
        line = SPACE.sub(" ", "".join(self.now)).strip(" ")
        self.now = []
        mark = "> " * self.depth
        if line:
            self.lines.append(mark + line)
        if blank and self.lines and self.lines[-1].strip("> "):
            self.lines.append(mark.strip())

    def done(self) -> list[str]:
        self._break(blank=False)
        return self.lines
