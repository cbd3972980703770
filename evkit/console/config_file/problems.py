"""What is wrong with a configuration file, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evkit.core.errors import InvalidInputError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One cause of refusal; `line` counts from 1, 0 when no line is to blame."""

    line: int
    message: str

    def located(self, name: str) -> str:
        """Return "FILE:LINE: cause", as compilers write it."""
        place = f"{name}:{self.line}" if self.line else name
        return f"{place}: {self.message}"


class ConfigurationRefusedError(InvalidInputError):
    """The configuration file was refused as a whole; nothing was changed.

    Attributes:
        problems: every cause found, in the order of the file.
    """

    code = "configuration_refused"

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(problem.located(name) for problem in self.problems))


class BadValueError(ValueError):
    """A value in the file is not what its key takes; `line` is where it stands."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(line, message)
