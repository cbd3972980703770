"""What a view for other tools is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class Out:
    """One column of a view: `sql` gives it, `text` says what it is, `unit` in which unit ("" for none).

    `sqlite` gives it on SQLite where that differs.
    """

    name: str
    sql: str
    text: str
    unit: str = ""
    sqlite: str = ""

    def expression(self, vendor: str) -> str:
        """Return the SQL of this database."""
        return self.sqlite if self.sqlite and vendor != POSTGRESQL else self.sql


@dataclass(frozen=True, slots=True)
class ReportView:
    """A view: its columns in their order, and what they are read from.

    Names and meanings of columns never change; new ones are added at the end. `vendors` are the databases
    that have it.
    """

    name: str
    text: str
    columns: Sequence[Out]
    source: str
    vendors: Sequence[str] = (POSTGRESQL, "sqlite")

    def statement(self, vendor: str) -> str:
        """Return the statement that makes the view."""
        listed = ",\n  ".join(f"{column.expression(vendor)} AS {column.name}" for column in self.columns)
        return f"CREATE VIEW {self.name} AS\nSELECT\n  {listed}\n{self.source}"


def seconds(name: str, begin: str, end: str, text: str) -> Out:
    """Return a column with the time between two moments in s; NULL where one of them is missing."""
    return Out(
        name,
        f"EXTRACT(EPOCH FROM ({end} - {begin}))::float8",
        text,
        "s",
        sqlite=f"ROUND((julianday({end}) - julianday({begin})) * 86400.0, 3)",
    )
