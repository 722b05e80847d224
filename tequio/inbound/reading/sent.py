"""The letter that a reply answers, so that its lines are known again: wrapped anew, with other quotes and links."""

import re

_LINK = r"(?:https?|mailto|tel):[^\s<>\]|]+"
URL = re.compile(
    rf"\[\s*{_LINK}\s*\|\s*{_LINK}\s*\]|<?\b{_LINK}>?(?:\s*\[[\w.-]+\])?|\[cid:[^\]]+\]", re.IGNORECASE
)
NOISE = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff]+")
MARKS = re.compile(r"^[\s>|*_#•·o\-–—]+(?=\s)|[*_]")
SIGNS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-"}
)
SHORT = 12


def bare(line: str) -> str:
    """A line as it is compared: no marks of quotation or list, no links, no emphasis, one space, lower case."""
    text = URL.sub(" ", line.translate(SIGNS))
    text = MARKS.sub(" ", re.sub(r"^[\s>|]+", "", text))
    return NOISE.sub(" ", text).strip(" <>[]()").casefold()


class Sent:
    """What we sent. `known`: whether it is known at all."""

    def __init__(self, text: str) -> None:
        lines = [bare(line) for line in text.splitlines()]
        self.lines = {line for line in lines if line}
        self.whole = NOISE.sub(" ", " ".join(lines))
        self.known = bool(self.lines)

    def has(self, line: str) -> bool:
        """Whether a line is ours: one of ours, or a piece of them, long enough not to be so by chance. A line that is
        nothing but a link or a mark counts as well.
        """
        text = bare(line)
        if not text:
            return bool(line.strip())
        return text in self.lines or len(text) >= SHORT and " " in text and text in self.whole

    def has_piece(self, line: str) -> bool:
        """Whether a line might be the end of one of ours, too short to be told from chance."""
        text = bare(line)
        return bool(text) and text in self.whole
