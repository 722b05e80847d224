"""What must happen when the mandates of an office change; filled by the apps that keep work for offices."""

from collections.abc import Callable, Iterable

from tequio.network.models import Mandate, Office
from tequio.network.queries import acting

Hook = Callable[[Office, list[Mandate]], None]
hooks: list[Hook] = []


def on_turnover(hook: Hook) -> None:
    """Registers a verb that is called in the transaction of the change, with the office and with the mandates
    that act from now on and did not before; from `apps.py`.
    """
    hooks.append(hook)


def turn_over(office: Office, before: Iterable[Mandate]) -> None:
    """Calls the hooks; `before`: the mandates that acted until now."""
    known = {mandate.pk for mandate in before}
    newly = [mandate for mandate in acting(office) if mandate.pk not in known]
    for hook in hooks:
        hook(office, newly)
