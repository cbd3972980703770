"""The pages that the side band, the phone's bar and the keyboard lead to.

To add a page: one line in its group, in the order in which an operator needs it. A page that does not exist
yet has no line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sites.models import Site
from sites.permissions import Principal, Right


@dataclass(frozen=True, slots=True)
class Destination:
    """A page to go to.

    `view` is its URL name (with the site's code where `per_site`), `pages` are further URL names below it,
    `short` its name in the phone's bar, `phone` its place there (0: only under "More"), `key` the letter
    that leads to it after "g". Every letter is used once. `query` is what its list is filtered by at first.
    """

    view: str
    label: Promise
    icon: str
    per_site: bool = True
    right: Right = Right.VIEW
    pages: frozenset[str] = frozenset()
    short: Promise | None = None
    phone: int = 0
    key: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Destinations that belong together. One with a label and an icon is folded away under them."""

    lines: tuple[Destination, ...]
    label: Promise | None = None
    icon: str = ""


POINT_PAGES: Final = frozenset(
    {
        "charge_point", "charge_point_transactions", "charge_point_curves", "charge_point_commands",
        "charge_point_command", "charge_point_configuration", "charge_point_passport",
        "charge_point_security", "charge_point_messages", "charge_point_message", "charge_point_files",
        "charge_point_connections", "charge_point_revoke_certificate", "command",
    }
)  # fmt: skip
SITE: Final = (
    Destination(
        "overview", _("Overview"), "layout-dashboard", phone=1, key="o",
    ),
    Destination(
        "operation", pgettext_lazy("page", "Operation"), "plug-connected",
        pages=frozenset({"operation_batches", "operation_batch", "operation_confirm", "operation_run"}),
        short=pgettext_lazy("bottom bar", "Operate"), phone=2, key="e",
    ),
    Destination(
        "charge_points", _("Charge points"), "charging-pile", pages=POINT_PAGES,
        short=pgettext_lazy("bottom bar", "Points"), phone=3, key="p",
    ),
    Destination(
        "connectors", _("Connectors"), "plug", short=pgettext_lazy("bottom bar", "Plugs"), phone=4, key="c"
    ),
)  # fmt: skip
PLANNING: Final = (
    Destination("smart", _("Smart charging"), "bolt", key="m"),
    Destination(
        "schedules", _("Schedules"), "calendar-time", pages=frozenset({"schedule_group"}), key="h",
    ),
    Destination("reservations", pgettext_lazy("page", "Reservations"), "bookmark", key="b"),
    Destination(
        "vehicles", _("Vehicles"), "bus",
        pages=frozenset({"vehicle", "new_vehicle", "edit_vehicle"}), key="i",
    ),
)  # fmt: skip
HISTORY: Final = (
    Destination("site_curves_page", _("Curves"), "chart-line", key="v"),
    Destination(
        "transactions", pgettext_lazy("page", "History"), "history", key="y",
        pages=frozenset({"transaction", "correct_energy", "all_transactions"}),
    ),
    Destination("reports", pgettext_lazy("page", "Reports"), "file-text", key="f"),
)  # fmt: skip
UPKEEP: Final = (Destination("orphans", _("Quarantine"), "inbox", right=Right.COMMAND, key="q"),)
GENERAL: Final = (
    Destination(
        "sites", _("All sites"), "building-community", per_site=False, short=_("Sites"), phone=5, key="s"
    ),
    Destination("exports", _("Exports"), "download", per_site=False, key="x"),
    Destination("legend", _("Legend"), "info-circle", per_site=False, pages=frozenset({"design"}), key="l"),
)
ADMINISTRATION: Final = (
    Destination(
        "users", _("Users"), "users", per_site=False, right=Right.CONFIGURE,
        pages=frozenset({"user", "invite", "user_link"}), key="u",
    ),
    Destination(
        "audit", _("Audit journal"), "clipboard-list", per_site=False, right=Right.CONFIGURE, key="j",
        query="?by=people",
    ),
    Destination(
        "siteless_orphans", _("Siteless quarantine"), "inbox", per_site=False, right=Right.CONFIGURE,
        key="w",
    ),
    Destination(
        "api_tokens", _("API tokens"), "api", per_site=False, right=Right.CONFIGURE,
        pages=frozenset({"new_api_token", "api_reference"}), key="t",
    ),
    Destination("storage", _("Storage"), "database", per_site=False, right=Right.CONFIGURE, key="k"),
    Destination(
        "admin:index", _("Configuration"), "adjustments", per_site=False, right=Right.CONFIGURE, key="a"
    ),
)  # fmt: skip
GROUPS: Final = (
    Group(SITE),
    Group(PLANNING),
    Group(HISTORY),
    Group(UPKEEP),
    Group(GENERAL),
    Group(ADMINISTRATION, _("Administration"), "settings"),
)
PHONE_PLACES: Final = 5
HOME: Final = "overview"
ADDRESSES: Final = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """A destination as one viewer sees it on one page; `exact` where it is the page itself, not one below."""

    view: str
    label: str
    short: str
    icon: str
    href: str
    key: str
    phone: int
    current: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class SideGroup:
    """The entries of a group that one viewer may use; one with a label is folded away under it."""

    entries: list[Entry]
    label: str = ""
    icon: str = ""

    @property
    def open(self) -> bool:
        """Whether it holds the present page."""
        return any(entry.current for entry in self.entries)


@dataclass(frozen=True, slots=True)
class SiteLink:
    """One line of the site switcher."""

    label: str
    href: str
    current: bool


def site_links(sites: Iterable[Site], chosen: Site | None, page: str) -> list[SiteLink]:
    """Return a link to every site: to the same page of it if the side band leads there, else to its home."""
    views = {line.view for group in GROUPS for line in group.lines if line.per_site}
    view = page if page in views else HOME
    return [SiteLink(site.name, _address(view, site.code), current=site == chosen) for site in sites]


def side_groups(viewer: Principal, site: Site | None, page: str) -> list[SideGroup]:
    """Return the groups of the side band that this viewer may use; empty groups are left out.

    Args:
        viewer: who looks.
        site: the site whose pages are offered, if there is one.
        page: the URL name of the present page.
    """
    groups = [
        SideGroup(
            [_entry(line, site, page) for line in group.lines if _offered(line, viewer, site)],
            str(group.label or ""),
            group.icon,
        )
        for group in GROUPS
    ]
    return [group for group in groups if group.entries]


def entries_of(groups: Iterable[SideGroup]) -> list[Entry]:
    """Return the entries of all groups, in their order."""
    return [entry for group in groups for entry in group.entries]


def phone_entries(groups: Iterable[SideGroup]) -> list[Entry]:
    """Return the most used entries in the order of the phone's bar."""
    ranked = sorted((entry for entry in entries_of(groups) if entry.phone), key=lambda e: e.phone)
    return ranked[:PHONE_PLACES]


def _offered(line: Destination, viewer: Principal, site: Site | None) -> bool:
    if line.per_site:
        return site is not None and viewer.may(line.right, site.pk)
    return line.right == Right.VIEW or viewer.may(line.right, None)


def _entry(line: Destination, site: Site | None, page: str) -> Entry:
    return Entry(
        view=line.view,
        label=str(line.label),
        short=str(line.short or line.label),
        icon=line.icon,
        href=_address(line.view, site.code if line.per_site and site else "") + line.query,
        key=line.key,
        phone=line.phone,
        current=page == line.view or page in line.pages,
        exact=page == line.view,
    )


@lru_cache(maxsize=ADDRESSES)
def _address(view: str, code: str) -> str:
    return reverse(view, args=[code] if code else [])
