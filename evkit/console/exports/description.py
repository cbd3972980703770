"""What a table that can be exported is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise

from evkit.console.tables.filtering import Filter
from sites.models import Site
from sites.permissions import Right


class Kind(StrEnum):
    """What the cells of a field hold."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    MOMENT = "moment"


WIDTHS = {Kind.TEXT: 22, Kind.WHOLE: 12, Kind.NUMBER: 14, Kind.MOMENT: 20}


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `value` of a row, None where there is none, in `unit`; a moment is aware.

    `usual` says whether it is there unless all are asked for; `width` is in characters.
    """

    name: str
    label: str | Promise
    value: Callable[[Any], object]
    kind: Kind = Kind.TEXT
    unit: str = ""
    decimals: int = 0
    usual: bool = True
    width: int = 0

    @property
    def heading(self) -> str:
        """The header, with the unit."""
        return f"{self.label} ({self.unit})" if self.unit else str(self.label)

    @property
    def characters(self) -> int:
        """How wide the column is."""
        return max(self.width or WIDTHS[self.kind], min(len(self.heading) + 4, 34))


@dataclass(frozen=True, slots=True)
class Sum:
    """A total of the selection: a label and a number in a unit."""

    label: str
    value: float
    unit: str = ""
    decimals: int = 0


class Totals(Protocol):
    """Adds rows up as they are written, so that the totals are those of the very rows of the file."""

    def add(self, rows: Sequence[Any]) -> None:
        """Take some more rows, with what `complete` attached to them."""

    def sums(self) -> list[Sum]:
        """Return the totals of the rows so far."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Over which sites (all that the asker may see, or one of them), and when."""

    sites: Sequence[Site]
    now: datetime


@dataclass(frozen=True, slots=True)
class Export:
    """A table that can be exported.

    Attributes:
        name: in addresses and file names.
        title: what it is called.
        whole: what its rows are where no filter is in force.
        right: what somebody must hold on the sites.
        rows: all rows of a scope, in the order of the file.
        filters: what narrows them, read from a query string.
        fields: its columns.
        columns: what is read of each row, as named tuples; without any, rows are instances of the model.
        totals: makes what adds the rows up while they are written.
        complete: attaches to a stretch of rows what their fields need beside the row.
    """

    name: str
    title: str | Promise
    whole: str | Promise
    rows: Callable[[Scope], QuerySet[Any]]
    filters: Callable[[Scope], list[Filter]]
    fields: Sequence[Field]
    right: Right = Right.VIEW
    columns: Sequence[str] = ()
    totals: Callable[[], Totals] | None = None
    complete: Callable[[list[Any]], None] | None = None

    def chosen(self, *, everything: bool) -> list[Field]:
        """Return the usual fields, or all."""
        return [field for field in self.fields if everything or field.usual]
