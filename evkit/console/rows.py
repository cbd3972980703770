"""The rows of the operation list: one connector each, how they are filtered and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evkit.console.cards import ConnectorCard
from evkit.console.states import URGENCY, Group, State

Key = float | str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One connector in the list; powers in W, energy in Wh. `why` says briefly why it does not charge.

    `paused` tells that somebody holds its charge, `action` is the operation that fits best now.
    """

    pk: int
    point_pk: int
    identity: str
    name: str
    zone: str
    href: str
    single: bool
    conn: ConnectorCard
    energy_wh: float | None
    since: datetime | None
    why: str
    paused: bool
    action: str

    @property
    def title(self) -> str:
        """What the row is called: the charge point, with its connector where it has several."""
        name = self.name or self.identity
        return name if self.single else f"{name} / {self.conn.number}"

    @property
    def vehicle(self) -> str:
        """The vehicle or badge that is there."""
        return self.conn.who if self.conn.occupied else ""

    @property
    def vehicle_href(self) -> str:
        """The address of the vehicle that is there; empty for a badge."""
        return self.conn.vehicle_href if self.conn.occupied else ""

    @property
    def soc_percent(self) -> float | None:
        """State of charge of the vehicle that is there."""
        return self.conn.soc_percent if self.conn.occupied else None

    @property
    def live(self) -> bool:
        """Whether its power is worth showing: the charge point is heard and a vehicle is charging or held."""
        return self.conn.busy

    @property
    def running(self) -> bool:
        """Whether a transaction is open."""
        return self.conn.transaction is not None

    def matches(self, words: str) -> bool:
        """Tell whether a search finds the row: by name, zone, vehicle or badge."""
        texts = (self.identity, self.name, self.zone, self.conn.vehicle, self.conn.id_tag, self.title)
        return words.casefold() in "\n".join(texts).casefold()


@dataclass(frozen=True, slots=True)
class Column:
    """A column by which the list is sorted; `css` sets its width and alignment."""

    name: str
    label: Promise
    key: Callable[[Row], Key]
    css: str = ""


def _since(row: Row) -> Key:
    return row.since.timestamp() if row.since else None


COLUMNS: Final = (
    Column("ref", _("Connector"), lambda _row: None, "c-ref"),
    Column("state", _("State"), lambda row: float(URGENCY.index(row.conn.state)), "c-state"),
    Column("vehicle", _("Vehicle"), lambda row: row.vehicle.casefold() or None, "c-vehicle"),
    Column("soc", _("SoC"), lambda row: row.soc_percent, "num c-soc"),
    Column("power", _("Power kW"), lambda row: row.conn.power_w if row.live else None, "num c-power"),
    Column("limit", _("Limit kW"), lambda row: row.conn.limit_w, "num c-limit"),
    Column("energy", _("Energy kWh"), lambda row: row.energy_wh, "num c-energy"),
    Column("since", _("Since"), _since, "num c-since"),
)
BY_NAME: Final = {column.name: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Order:
    """By which column the rows are sorted, and whether backwards; the order of the site by default."""

    column: str = "ref"
    backwards: bool = False

    @classmethod
    def read(cls, text: str) -> Order:
        """Read "power" or "-power"; an unknown column is ignored."""
        name = text.removeprefix("-")
        return cls(name, text.startswith("-")) if name in BY_NAME else cls()

    def __str__(self) -> str:
        return f"-{self.column}" if self.backwards else self.column

    def apply(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows in order; those without a value come last either way."""
        key = BY_NAME[self.column].key
        if self.column == "ref":
            return list(reversed(rows)) if self.backwards else list(rows)
        known = [(value, row) for row in rows if (value := key(row)) is not None]
        known.sort(key=lambda pair: pair[0], reverse=self.backwards)
        return [row for _value, row in known] + [row for row in rows if key(row) is None]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What the viewer wants to see, all of it in the URL; empty means everything."""

    group: Group | None = None
    zone: str = ""
    query: str = ""
    order: Order = Order()

    @classmethod
    def read(cls, query: QueryDict) -> RowFilter:
        """Read `state`, `zone`, `q` and `sort`; what is unknown is ignored."""
        state = query.get("state", "")
        return cls(
            group=Group(state) if state in set(Group) else None,
            zone=query.get("zone", "").strip(),
            query=query.get("q", "").strip(),
            order=Order.read(query.get("sort", "")),
        )

    @property
    def active(self) -> bool:
        """Whether anything is filtered away."""
        return self.group is not None or bool(self.zone or self.query)

    def passes(self, row: Row) -> bool:
        """Tell whether a row passes."""
        group_fits = self.group is None or row.conn.state.group is self.group
        return group_fits and self.zone in {"", row.zone} and (not self.query or row.matches(self.query))

    def apply(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that pass, in order."""
        return self.order.apply([row for row in rows if self.passes(row)])

    def address(self, *, group: Group | str | None = "same", order: Order | None = None) -> str:
        """Return the query string with another group of states or another order."""
        chosen = self.group if group == "same" else group
        sort = str(order or self.order)
        parameters = {
            "state": str(chosen) if chosen else "",
            "zone": self.zone,
            "q": self.query,
            "sort": "" if sort == "ref" else sort,
        }
        return "?" + urlencode({key: value for key, value in parameters.items() if value})


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column: a link that sorts by it, backwards the second time."""

    name: str
    label: Promise
    css: str
    href: str
    direction: str


def headings(chosen: RowFilter) -> list[Heading]:
    """Return the headings of the list as it is sorted now (`direction` as ARIA names it)."""
    return [_heading(column, chosen) for column in COLUMNS]


def _heading(column: Column, chosen: RowFilter) -> Heading:
    current = chosen.order.column == column.name
    backwards = not chosen.order.backwards if current else column.css.startswith("num")
    direction = ("descending" if chosen.order.backwards else "ascending") if current else ""
    href = chosen.address(order=Order(column.name, backwards))
    return Heading(column.name, column.label, column.css, href, direction)


def best_action(conn: ConnectorCard, *, paused: bool) -> str:
    """Return the operation that an operator most likely wants there; empty when there is none."""
    if conn.state is State.OFFLINE:
        return ""
    if conn.state is State.FAULTED:
        return "reset"
    if conn.state is State.UNAVAILABLE:
        return "in-service"
    if conn.transaction is not None:
        return "resume" if paused else "stop"
    return "start" if conn.state is State.PREPARING else ""
