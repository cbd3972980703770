"""What a cause and an answer are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.http import urlencode

from evkit.console.why.facts import Facts

When = Callable[[Facts, datetime], bool]
Fields = Callable[[Facts], Mapping[str, str | int]]

FAULT: Final = "%(fault)s"
"""The few words for a fault: its own."""


class Means(StrEnum):
    """How a cause is mended: a command, or a page of its own; `STEER` boosts or holds a charge."""

    COMMAND = "command"
    ACCEPT = "accept"
    ANSWER = "answer"
    RESUME = "resume"
    STEER = "steer"


def this_connector(facts: Facts) -> Mapping[str, str | int]:
    """Return the fields of a command's form that name the connector."""
    return {"connector": facts.number}


@dataclass(frozen=True, slots=True)
class Remedy:
    """The button that mends a cause; `slug` is the command, `fields` what its form is filled with."""

    label: Promise
    slug: str = ""
    fields: Fields = this_connector
    means: Means = Means.COMMAND


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason why nothing charges: its sentence, the few words of a list, when it holds, its button."""

    code: str
    sentence: Promise
    brief: Promise | str
    when: When
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a connector does not charge; `query` fills in the form of the remedy's command."""

    code: str
    sentence: str
    remedy: Remedy | None = None
    query: str = ""

    @property
    def command(self) -> str:
        """The command that mends it; empty when none does."""
        return self.remedy.slug if self.remedy else ""

    @property
    def label(self) -> str:
        """The words on its button."""
        return str(self.remedy.label) if self.remedy else ""

    @property
    def means(self) -> str:
        """How it is mended."""
        return str(self.remedy.means) if self.remedy else ""


def filled_in(remedy: Remedy | None, facts: Facts) -> str:
    """Return the query string that fills in the form of a remedy."""
    return "" if remedy is None else urlencode(remedy.fields(facts))
