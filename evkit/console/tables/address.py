"""The query string of a list page: everything that makes up a view, so that it can be linked and saved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

SORT, PAGE, PER_PAGE, COLUMNS, FORMAT = "sort", "page", "per", "columns", "format"
ORDER: Final = (SORT, COLUMNS, PER_PAGE, PAGE)
PER_PAGE_CHOICES: Final = (25, 50, 100, 200)
USUAL_PER_PAGE: Final = 50
MAX_LENGTH: Final = 200
PLAIN: Final = ("view", "all")
"""Asks for the usual list, where a saved filter would open by itself."""


class ListAddress:
    """The known parameters of a list page; unknown ones are left out, empty ones and NUL too.

    Links made from it keep everything but the page, since what it filters or sorts by begins at the top.
    """

    def __init__(
        self,
        query: QueryDict,
        filters: Sequence[str],
        usual_per_page: int = USUAL_PER_PAGE,
        *,
        opens: bool = False,
    ) -> None:
        self._usual_per_page = usual_per_page
        self._plain = urlencode([PLAIN]) if opens else ""
        self._values: dict[str, str] = {}
        for name in (*filters, *ORDER):
            value = query.get(name, "").replace("\0", "").strip()[:MAX_LENGTH]
            if name == COLUMNS:
                value = ",".join(dict.fromkeys(filter(None, ",".join(query.getlist(name)).split(","))))
            if value:
                self._values[name] = value

    def get(self, name: str) -> str:
        """Return a parameter; "" when it is not given."""
        return self._values.get(name, "")

    @property
    def per_page(self) -> int:
        """Rows on a page: one of the choices."""
        asked = self.get(PER_PAGE)
        number = int(asked) if asked.isascii() and asked.isdigit() else self._usual_per_page
        return number if number in PER_PAGE_CHOICES else self._usual_per_page

    @property
    def page(self) -> int:
        """The page, from 1."""
        asked = self.get(PAGE)
        return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1

    @property
    def columns(self) -> list[str]:
        """The chosen columns; empty for the usual ones."""
        return [name for name in self.get(COLUMNS).split(",") if name]

    @property
    def saved(self) -> str:
        """The query string worth keeping: without the page."""
        return self._encode({name: value for name, value in self._values.items() if name != PAGE})

    @property
    def here(self) -> str:
        """The query string of just this view, page included."""
        query = self._encode(self._values)
        return f"?{query}" if query else self.plain

    @property
    def plain(self) -> str:
        """The query string of the usual list: "" unless a saved filter opens by itself instead."""
        return f"?{self._plain}" if self._plain else ""

    def link(self, **changes: object) -> str:
        """Return the query string with changes (an empty value takes a parameter away), from page one.

        One that would be empty asks for the usual list where a saved filter opens by itself.
        """
        values = {name: value for name, value in self._values.items() if name != PAGE}
        values.update({name: str(value) for name, value in changes.items()})
        return "?" + (self._encode(values) or self._plain)

    @property
    def others(self) -> list[tuple[str, str]]:
        """What a choice of columns carries on."""
        return self.kept(without=[COLUMNS])

    def kept(self, without: Collection[str]) -> list[tuple[str, str]]:
        """Return what a form must carry on beside its own fields."""
        return [pair for pair in self._values.items() if pair[0] not in without and pair[0] != PAGE]

    @staticmethod
    def _encode(values: dict[str, str]) -> str:
        return urlencode([(name, value) for name, value in values.items() if value], safe=",")
