"""Why a file cannot be taken."""

from django.utils.functional import Promise as Text


class Unfit(Exception):
    """The file cannot be taken; the reason is the rest of a sentence that begins with its name."""

    def __init__(self, reason: str | Text) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)
