"""What becomes of a letter, told to the apps that posted it; filled from their `apps.py`."""

import logging
from collections.abc import Callable

from django.db import transaction

from tequio.notices.models import Letter

logger = logging.getLogger(__name__)
Hook = Callable[[Letter], None]
taken: list[Hook] = []
refused: list[Hook] = []


def on_taken(hook: Hook) -> None:
    """Names a verb to call when a mail server has taken a letter, in the transaction that marks it as sent."""
    taken.append(hook)


def on_refused(hook: Hook) -> None:
    """Names a verb to call when a letter will never be taken: its address is refused for good."""
    refused.append(hook)


def tell(hooks: list[Hook], letter: Letter) -> None:
    """Calls the hooks. One that fails is logged and undone alone: a letter that is out must not go out again."""
    for hook in hooks:
        try:
            with transaction.atomic():
                hook(letter)
        except Exception:
            logger.exception("what became of letter %s could not be told", letter.pk)
