from collections.abc import Mapping

from django import template

from tequio.charts.models import Drawing

register = template.Library()


@register.inclusion_tag("charts/figure.html")
def chart(drawings: Mapping[str, Drawing], key: str) -> dict[str, Drawing | None]:
    """The figure of one of the drawings that `queries.drawings` has found, or a sentence where it is not drawn yet."""
    return {"drawing": drawings.get(key)}
