"""How the table of smart charging is filtered and sorted; all of it stands in the address (R21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evkit.console.selectors.smart import Line
from evkit.console.states import URGENCY

Key = float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column by which the table is sorted."""

    name: str
    label: Promise
    key: Callable[[Line], Key]
    number: bool = False


COLUMNS: Final = (
    Column("connector", _("Connector"), lambda line: f"{line.evse.charge_point} {line.evse.number:04}"),
    Column("state", _("State"), lambda line: float(URGENCY.index(line.card.state))),
    Column("priority", _("Priority"), lambda line: float(line.priority)),
    Column("group", _("Schedules"), lambda line: float(line.groups[0].number) if line.groups else None),
    Column("link", pgettext_lazy("column", "Link"), lambda line: float(line.online)),
    Column("share", _("Share kW"), lambda line: line.requested_w, number=True),
    Column("limit", _("Limit kW"), lambda line: line.accepted_w, number=True),
    Column("power", _("Power kW"), lambda line: line.card.power_w, number=True),
    Column("max", _("Maximum kW"), lambda line: line.max_w, number=True),
    Column("why", _("Distribution"), lambda line: line.why or None),
)
BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column: a link that sorts by it; `direction` as ARIA names it, "" for none."""

    column: Column
    href: str
    direction: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice of the filter."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class View:
    """Which group is shown (its number, "" for all), and in which order."""

    group: str = ""
    sort: str = "connector"
    backwards: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> View:
        """Read `group` and `sort`; what is unknown is ignored."""
        text = query.get("sort", "")
        name, group = text.removeprefix("-"), query.get("group", "")
        chosen = group if group in {str(number) for number in range(10)} else ""
        return cls(chosen, name, text.startswith("-")) if name in BY_NAME else cls(chosen)

    def apply(self, lines: Iterable[Line]) -> list[Line]:
        """Return the lines of the group in order; those without a value come last either way."""
        mine = [line for line in lines if self.group in {"", *(str(each.number) for each in line.groups)}]
        key = BY_NAME[self.sort].key
        known = [(value, line) for line in mine if (value := key(line)) is not None]
        known.sort(key=lambda pair: pair[0], reverse=self.backwards)
        return [line for _value, line in known] + [line for line in mine if key(line) is None]

    def address(self, **changes: str | bool) -> str:
        """Return the query string of this view with changes, without its question mark."""
        sort = str(changes.get("sort", self.sort))
        backwards = bool(changes.get("backwards", self.backwards))
        parameters = {
            "group": str(changes.get("group", self.group)),
            "sort": "" if sort == "connector" and not backwards else f"{'-' if backwards else ''}{sort}",
        }
        return urlencode({name: value for name, value in parameters.items() if value})

    @property
    def headings(self) -> list[Heading]:
        """The headings of the table as it is sorted now: numbers begin with the largest."""
        found = []
        for column in COLUMNS:
            current = column.name == self.sort
            backwards = not self.backwards if current else column.number
            direction = ("descending" if self.backwards else "ascending") if current else ""
            found.append(Heading(column, self.address(sort=column.name, backwards=backwards), direction))
        return found

    def chips(self, lines: Iterable[Line]) -> list[Chip]:
        """Return the groups that can be chosen, none where the connectors have at most one."""
        groups = {str(group.number): group.title for line in lines for group in line.groups}
        if len(groups) < 2:
            return []
        chips = [Chip(str(_("All groups")), self.address(group=""), not self.group)]
        return chips + [
            Chip(title, self.address(group=number), self.group == number)
            for number, title in sorted(groups.items())
        ]
