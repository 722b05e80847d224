"""What must happen when the mandates of an office change; filled by the apps that keep work for offices."""

from collections.abc import Callable

from tequio.network.models import Office

hooks: list[Callable[[Office], None]] = []


def on_turnover(hook: Callable[[Office], None]) -> None:
    """Registers a verb that is called with the office, in the transaction of the change; from `apps.py`."""
    hooks.append(hook)


def turn_over(office: Office) -> None:
    for hook in hooks:
        hook(office)
