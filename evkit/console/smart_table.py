"""How the table of smart charging is filtered and sorted; all of it stands in the address (R21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evkit.console.selectors.share_lines import Line
from evkit.console.states import URGENCY

Key = float | str | None

ON_A_PAGE: Final = 50
MOST_DIGITS: Final = 6


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
    """Which group is shown (its number, "" for all), in which order, and which page of it."""

    group: str = ""
    sort: str = "connector"
    backwards: bool = False
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> View:
        """Read `group`, `sort` and `page`; what is unknown is ignored."""
        text = query.get("sort", "")
        name, group = text.removeprefix("-"), query.get("group", "")
        chosen = group if group in {str(number) for number in range(10)} else ""
        digits = query.get("page", "")
        page = int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else 1
        known = name in BY_NAME
        return cls(chosen, name if known else "connector", known and text.startswith("-"), max(page, 1))

    def apply(self, lines: Iterable[Line]) -> list[Line]:
        """Return the lines of the group in order; those without a value come last either way."""
        mine = [line for line in lines if self.group in {"", *(str(each.number) for each in line.groups)}]
        key = BY_NAME[self.sort].key
        known = [(value, line) for line in mine if (value := key(line)) is not None]
        known.sort(key=lambda pair: pair[0], reverse=self.backwards)
        return [line for _value, line in known] + [line for line in mine if key(line) is None]

    def page_of(self, lines: Iterable[Line]) -> Page[Line]:
        """Return the lines of this view's page, the last one where there are fewer."""
        return Paginator(self.apply(lines), ON_A_PAGE).get_page(self.page)

    def address(self, **changes: str | bool | int) -> str:
        """Return the query string of this view with changes, without its question mark."""
        sort = str(changes.get("sort", self.sort))
        backwards = bool(changes.get("backwards", self.backwards))
        page = int(changes.get("page", self.page))
        parameters = {
            "group": str(changes.get("group", self.group)),
            "sort": "" if sort == "connector" and not backwards else f"{'-' if backwards else ''}{sort}",
            "page": "" if page == 1 else str(page),
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
            found.append(
                Heading(column, self.address(sort=column.name, backwards=backwards, page=1), direction)
            )
        return found

    def chips(self, lines: Iterable[Line]) -> list[Chip]:
        """Return the groups that can be chosen, none where the connectors have at most one."""
        groups = {str(group.number): group.title for line in lines for group in line.groups}
        if len(groups) < 2:
            return []
        chips = [Chip(str(_("All groups")), self.address(group="", page=1), not self.group)]
        return chips + [
            Chip(title, self.address(group=number, page=1), self.group == number)
            for number, title in sorted(groups.items())
        ]
