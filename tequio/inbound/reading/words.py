"""Which words of a reply are the sender's own.

We know what we sent, so a reply is cut at our own lines, wherever the mail program puts them; what stands directly
above them (who wrote when, a block of From and Subject, a rule) goes with them. Everything else is kept.
"""

import re

from tequio.inbound.reading.furniture import above, banner, is_rule
from tequio.inbound.reading.html import lines_of
from tequio.inbound.reading.mail import Mail, Nature, Words
from tequio.inbound.reading.sent import Sent, bare

MOST_LINES = 5_000
LONGEST_LINE = 2_000
QUOTE = re.compile(r"^\s*(?:[>|]\s?)+")
REPORTS = (Nature.FAILED, Nature.DELAYED, Nature.DELIVERED, Nature.RECEIPT)
SPACES = str.maketrans({"\xa0": " ", "\u202f": " ", "\u200b": "", "\u2060": "", "\ufeff": ""})
WORD = re.compile(r"\w")
WORDS = re.compile(r"\w+")


def own_words(mail: Mail, sent: str = "") -> Words:
    """The sender's own words. `sent`: the text of the letter that they answer, as it went out ("" if unknown).

    Quoted text is cut at the lines that we sent; in HTML by the marks of mail programs; what is cut stays in `whole`.
    Where text and HTML disagree, the longer is kept. A report has nobody's own words.
    """
    if mail.nature in REPORTS:
        return Words("", mail.text.strip())
    ours = Sent(sent)
    text, html = mail.text.split("\n"), lines_of(mail.html) if mail.html else []
    both = [cut(lines, ours) for lines in (text, html)]
    wholes = ["\n".join(lines).strip() for lines in (text, html)]
    chosen = _longer(both, wholes)
    return Words(both[chosen] if WORD.search(both[chosen]) else "", wholes[chosen])


def _longer(both: list[str], wholes: list[str]) -> int:
    """Of the words of the text and of the HTML those that hold the other's; where neither does, those of the longer
    mail: the other says something like "use a program that shows HTML".
    """
    words = [set(WORDS.findall(found.casefold())) for found in both]
    for mine, other in ((0, 1), (1, 0)):
        if len(words[other] - words[mine]) * 5 <= len(words[other]) and len(words[mine]) >= len(words[other]):
            return mine
    return max((0, 1), key=lambda which: (bool(both[which]), len(wholes[which])))


def cut(lines: list[str], ours: Sent) -> str:
    """The lines that are not ours, and not what a mail program puts above ours."""
    lines = [line.translate(SPACES).rstrip()[:LONGEST_LINE] for line in lines[:MOST_LINES]]
    gone = quoted(lines, ours)
    for start in starts(gone):
        gone |= above(lines, start)
    kept = [(at, line) for at, line in enumerate(lines) if at not in gone]
    return tidy([QUOTE.sub("", line) for at, line in kept])


def quoted(lines: list[str], ours: Sent) -> set[int]:
    """The lines that repeat what we sent: in a quotation that is mostly ours all of it, elsewhere from two on."""
    gone: set[int] = set()
    for run in runs(lines):
        marked = QUOTE.match(lines[run[0]]) is not None
        mine = [at for at in run if ours.has(lines[at])]
        known = ours.known and 2 * len(mine) >= len(run) or len(mine) >= 4
        if marked and (known or not ours.known):
            gone.update(run)
        elif not marked:
            gone.update(_neighbours(run, set(mine), ours, lines))
    return gone


def _neighbours(run: list[int], mine: set[int], ours: Sent, lines: list[str]) -> set[int]:
    """Of lines without a mark those of ours that stand together, and single ones and short ends of lines between
    them. A single line above or below may be repeated on purpose.
    """
    short = {at for at in run if at not in mine and ours.has_piece(lines[at])}
    groups: list[list[int]] = [[]]
    for at in run:
        if at in mine or at in short and groups[-1]:
            groups[-1].append(at)
        elif groups[-1]:
            groups.append([])
    sure = [group for group in groups if len(group) > 1 and _words(group, lines) > 6]
    if not sure:
        return set()
    first, last = sure[0][0], sure[-1][-1]
    return {at for group in groups for at in group if first <= at <= last}


def _words(group: list[int], lines: list[str]) -> int:
    return sum(len(bare(lines[at]).split()) for at in group)


def runs(lines: list[str]) -> list[list[int]]:
    """Lines that are not blank, in runs: with a quotation's mark or without, whatever blank lines lie between."""
    found: list[list[int]] = []
    marked = None
    for at, line in enumerate(lines):
        if not QUOTE.sub("", line).strip():
            continue
        now = QUOTE.match(line) is not None
        if now is not marked:
            found.append([])
        found[-1].append(at)
        marked = now
    return found


def starts(gone: set[int]) -> list[int]:
    """The first line of each stretch that is gone."""
    return sorted(at for at in gone if at - 1 not in gone)


def tidy(lines: list[str]) -> str:
    """Without a gateway's warning, without the mark of a signature, without rules and blank lines at the ends."""
    lines = [line for line in lines[banner(lines) :] if line.strip() != "--"]
    while lines and (not lines[-1].strip() or is_rule(lines[-1])):
        lines.pop()
    while lines and (not lines[0].strip() or is_rule(lines[0])):
        lines.pop(0)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines))
