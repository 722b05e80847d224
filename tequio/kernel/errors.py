"""Refusals: what a verb raises when it will not act, in words for the person who asked."""

from django.utils.functional import Promise


class Refused(Exception):
    """A verb would not act. `message` is a translated sentence that says what to do; `field` names the input."""

    def __init__(self, message: str | Promise, field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.field = message, field

    def __str__(self) -> str:
        return str(self.message)
