"""The saved filters of a list page as one viewer sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from evkit.console.access import principal_of
from evkit.console.tables.address import ListAddress
from sites.models import SavedFilter, User
from sites.permissions import Right
from sites.services.saved_filters import may_change


@dataclass(frozen=True, slots=True)
class ShownFilter:
    """A saved filter: `current` when the page shows just that; `mine` if it is the viewer's own.

    `opens` if it is what the viewer sees where the address asks for nothing.
    """

    pk: int
    name: str
    href: str
    shared: bool
    current: bool
    changeable: bool
    mine: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class SavedFilters:
    """The saved filters of a page; `worth_saving` when the present view is none of them."""

    page: str
    query: str
    filters: Sequence[ShownFilter]
    may_share: bool

    @property
    def changeable(self) -> list[ShownFilter]:
        """Those that the viewer may rename or delete."""
        return [one for one in self.filters if one.changeable]

    @property
    def opened(self) -> ShownFilter | None:
        """The one shown, if it opens by itself."""
        return next((one for one in self.filters if one.current and one.opens), None)

    @property
    def worth_saving(self) -> bool:
        """Whether there is something to save that is not saved yet."""
        return bool(self.query) and not any(one.current for one in self.filters)


def saved_filters_of(request: HttpRequest, page: str, address: ListAddress) -> SavedFilters:
    """Return what the viewer has saved for a page and what is shared with them."""
    user, viewer, query = request.user, principal_of(request), address.saved
    rows = SavedFilter.objects.visible_to(user).of_page(page) if isinstance(user, User) else []
    shown = [
        ShownFilter(
            pk=row.pk,
            name=row.name,
            href=f"?{row.query}",
            shared=row.shared,
            current=row.query == query,
            changeable=isinstance(user, User) and may_change(viewer, user, row),
            mine=row.user_id == user.pk,
            opens=row.opens and row.user_id == user.pk,
        )
        for row in rows
    ]
    return SavedFilters(page, query, shown, viewer.may(Right.CONFIGURE, None))
