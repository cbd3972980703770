"""Lists of a site's charge points and connectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chargers.types import Current
from evkit.console.access import get_site, member_page, principal_of
from evkit.console.selectors.lists import (
    Facets,
    facets_of,
    listed_charge_points,
    listed_connectors,
    of_make,
    search_charge_points,
    search_connectors,
    used_groups,
)
from evkit.console.selectors.shown import group_counts, ranks_of
from evkit.console.states import Group
from evkit.console.tables.charge_points import ChargePointTable
from evkit.console.tables.connectors import ConnectorTable
from evkit.console.tables.filtering import Filter, Kind, Option, Rows
from evkit.console.tables.page import Empty, ListPage
from sites.permissions import Right


@member_page
def charge_points(request: HttpRequest, code: str) -> HttpResponseBase:
    """List a site's charge points."""
    site = get_site(request, code)
    facets = facets_of(site)
    page = ListPage(
        name="charge_points",
        title=_("Charge points"),
        rows=listed_charge_points(site),
        table=ChargePointTable,
        filters=_charge_point_filters(facets),
        empty=_empty(request),
        live="pk",
        absent=_absent(zone=facets.zones, make=facets.makes, firmware=facets.firmware,
                       serial=facets.serials, feeder=facets.feeders),
        context={"site": site},
    )  # fmt: skip
    with timezone.override(site.zone):
        return page.answer(request)


@member_page
def connectors(request: HttpRequest, code: str) -> HttpResponseBase:
    """List a site's connectors."""
    site = get_site(request, code)
    facets = facets_of(site)
    groups = [
        Option(str(group.number), f"{group.number} {group.name}".strip()) for group in used_groups(site)
    ]
    page = ListPage(
        name="connectors",
        title=_("Connectors"),
        rows=listed_connectors(site),
        table=ConnectorTable,
        filters=_connector_filters(facets, groups),
        empty=_empty(request),
        live="charge_point_id",
        absent=_absent(zone=facets.zones, group=groups, feeder=facets.feeders),
        context={"site": site},
    )
    with timezone.override(site.zone):
        return page.answer(request)


def _empty(request: HttpRequest) -> Empty:
    """Return what a site without charge points says to this viewer."""
    title = _("This site has no charge points yet")
    if not principal_of(request).may(Right.CONFIGURE, None):
        return Empty(
            title, _("They appear here as soon as an administrator declares them."), icon="plug-connected"
        )
    return Empty(
        title,
        _("Declare them in the administration, or apply a configuration file; they appear here at once."),
        reverse("admin:chargers_chargepoint_add"),
        _("Declare a charge point"),
        "plug-connected",
    )


def _charge_point_filters(facets: Facets) -> list[Filter]:
    return [
        Filter("q", _("Search"), search_charge_points, Kind.SEARCH, every=_("Charge point, bus, badge")),
        _state_filter(),
        Filter("zone", _("Zone"), _equal("zone"), options=_plain(facets.zones), every=_("All zones")),
        Filter("make", _("Make and model"), of_make, options=_plain(facets.makes), every=_("All makes")),
        Filter(
            "firmware", _("Firmware"), _equal("state__firmware_version"), options=_plain(facets.firmware),
            every=_("All versions"),
        ),
        Filter(
            "link", _("Link"), _link, every=_("Online and offline"),
            options=[Option("online", _("Online")), Option("offline", _("Offline"))],
        ),
    ]  # fmt: skip


def _connector_filters(facets: Facets, groups: list[Option]) -> list[Filter]:
    kinds = [Option(value, str(label)) for value, label in Current.choices]
    return [
        Filter("q", _("Search"), search_connectors, Kind.SEARCH, every=_("Charge point, bus, badge")),
        _state_filter(),
        Filter(
            "zone",
            _("Zone"),
            _equal("charge_point__zone"),
            options=_plain(facets.zones),
            every=_("All zones"),
        ),
        Filter("current", _("Current type"), _equal("current"), options=kinds, every=_("AC and DC")),
        Filter("group", _("Schedule group"), _group, options=groups, every=_("All groups")),
    ]


def _state_filter() -> Filter:
    """Return the chips of the groups of states."""
    return Filter(
        "state",
        _("State"),
        _state,
        Kind.CHIPS,
        options=[Option(str(group), str(group.label), group.symbol) for group in Group],
        every=pgettext("connectors", "All"),
        counts=_state_counts,
    )


def _state(rows: Rows, value: str) -> Rows:
    return rows.filter(rank__in=ranks_of(Group(value))) if value in set(Group) else rows


def _state_counts(rows: Rows) -> Mapping[str, int]:
    return {str(group): count for group, count in group_counts(rows).items()}


def _equal(field: str) -> Callable[[Rows, str], Rows]:
    return lambda rows, value: rows.filter(**{field: value})


def _link(rows: Rows, value: str) -> Rows:
    online = Q(state__connected=True)
    if value not in {"online", "offline"}:
        return rows
    return rows.filter(online) if value == "online" else rows.exclude(online)


def _group(rows: Rows, value: str) -> Rows:
    return rows.filter(groups__number=int(value)) if value.isascii() and value.isdigit() else rows


def _plain(values: Iterable[str]) -> list[Option]:
    return [Option(value, value) for value in values]


def _absent(**columns: object) -> list[str]:
    """Return the columns that nothing is known for."""
    return [name for name, data in columns.items() if not data]
