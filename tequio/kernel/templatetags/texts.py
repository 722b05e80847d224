from collections.abc import Iterable, Mapping

from django import template

from tequio.kernel.texts import fold, pick

register = template.Library()


@register.filter
def text(value: Mapping[str, str]) -> str:
    """A pack's text in the reader's language."""
    return pick(value)


@register.filter
def oneline(value: object) -> str:
    """What somebody wrote, on one line: in a letter it cannot begin a block of its own."""
    return " ".join(str(value).split())


@register.filter
def quoted(value: str) -> str:
    """What somebody wrote, as the quoted block of a letter: nothing in it can pass for the letter's own words."""
    return "\n".join(f"> {line.strip()}" for line in value.strip().splitlines())


@register.simple_tag
def listed(*groups: Iterable[object]) -> str:
    """The names of rows on one line: group after group, each in the order of the reader's language."""
    return " · ".join(name for group in groups for name in sorted(map(str, group), key=fold))
