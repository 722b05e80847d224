from collections.abc import Mapping

from django import template

from tequio.kernel.texts import pick

register = template.Library()


@register.filter
def text(value: Mapping[str, str]) -> str:
    """A pack's text in the reader's language."""
    return pick(value)
