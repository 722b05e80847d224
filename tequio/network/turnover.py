"""What must happen when the mandates of an office change; filled by the apps that keep work for offices."""

from collections.abc import Callable, Iterable

from tequio.network.models import Mandate, Office
from tequio.network.queries import acting

Hook = Callable[[Office, list[Mandate]], None]
Leaving = Callable[[Mandate], None]
Handing = Callable[[Mandate, Mandate, str], None]
hooks: list[Hook] = []
leaving_hooks: list[Leaving] = []
handing_hooks: list[Handing] = []


def on_turnover(hook: Hook) -> None:
    """Registers a verb that is called in the transaction of the change, with the office and with the mandates
    that act from now on and did not before; from `apps.py`.
    """
    hooks.append(hook)


def on_leaving(hook: Leaving) -> None:
    """Registers a verb that is called with a mandate that has ended, before anything of its office moves on."""
    leaving_hooks.append(hook)


def on_handing(hook: Handing) -> None:
    """Registers a verb that is called when an office was handed over: the mandate that ended, the one that holds
    it now, and what the first had learnt.
    """
    handing_hooks.append(hook)


def turn_over(office: Office, before: Iterable[Mandate]) -> None:
    """Calls the hooks; `before`: the mandates that acted until now."""
    known = {mandate.pk for mandate in before}
    newly = [mandate for mandate in acting(office) if mandate.pk not in known]
    for hook in hooks:
        hook(office, newly)


def leave(mandate: Mandate) -> None:
    for hook in leaving_hooks:
        hook(mandate)


def hand(left: Mandate, taken: Mandate, learnt: str) -> None:
    for hook in handing_hooks:
        hook(left, taken, learnt)
