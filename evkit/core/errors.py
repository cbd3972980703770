"""The root of evkit's own errors."""

from __future__ import annotations


class EvkitError(Exception):
    """A refusal that a person or a program can act on: the text tells the cause and the next step.

    Attributes:
        code: stable, snake_case, for programs (the REST API's `error.code`).
        field: the input that caused it, if one did.
    """

    code = "error"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class InvalidInputError(EvkitError):
    """The input cannot be accepted as it is."""

    code = "invalid_input"


class NotFoundError(EvkitError):
    """What was asked for does not exist, or the user may not know of it."""

    code = "not_found"


class ForbiddenError(EvkitError):
    """The user may not do this."""

    code = "forbidden"
