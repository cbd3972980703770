"""Vehicles: what they charge, when they usually leave and what they need until then (R25)."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from charging.models import Vehicle
from evkit.console.access import get_site, may_command, member_page, principal_of, sites_of
from evkit.console.history_filters import transaction_filters
from evkit.console.selectors.history import listed_transactions, sums_of
from evkit.console.selectors.vehicles import (
    Presence,
    listed_vehicles,
    presence_counts,
    running_charges,
    search_vehicles,
)
from evkit.console.tables.filtering import Filter, Kind, Option, Rows
from evkit.console.tables.page import TOTALS, Empty, ListPage
from evkit.console.tables.transactions import TransactionTable
from evkit.console.tables.vehicles import vehicle_table
from evkit.core.clock import utc_now
from sites.models import Site
from sites.permissions import Right

SUMS = "console/transactions/_totals.html"
OF_ONE = frozenset({"period", "from", "to", "site", "state", "flag"})


@member_page
def vehicles(request: HttpRequest, code: str) -> HttpResponseBase:
    """List the vehicles with what they charged on the viewer's sites; badges for those who may command."""
    site = get_site(request, code)
    sites = sites_of(request)
    tags = principal_of(request).sees_badges_of_vehicles
    page = ListPage(
        name="vehicles",
        title=_("Vehicles"),
        rows=listed_vehicles(sites, utc_now()),
        table=vehicle_table(site.code),
        filters=_filters(tags=tags),
        empty=_empty(request, site),
        template="console/vehicles/page.html",
        live="point_id",
        absent=[] if tags else ["tags"],
        context=_context(request, site, sites),
    )
    with timezone.override(site.zone):
        return page.answer(request)


@member_page
def vehicle(request: HttpRequest, code: str, vehicle_code: str) -> HttpResponseBase:
    """Show a vehicle and its charges on the viewer's sites.

    With `only=1,2` an htmx request gets what runs as a fragment.
    """
    site = get_site(request, code)
    sites = sites_of(request)
    row, now = get_vehicle(vehicle_code), utc_now()
    context = _context(request, site, sites) | {
        "vehicle": row,
        "running": running_charges(row, sites, now),
        "unused": not row.transactions.exists(),
        "plannable": [each.pk for each in sites if may_command(request, each.pk)],
        "tags": row.id_tokens.order_by("key") if principal_of(request).sees_badges_of_vehicles else (),
    }
    with timezone.override(site.zone):
        if request.headers.get("HX-Request") == "true" and request.GET.get("only", TOTALS) != TOTALS:
            return render(request, "console/vehicles/live.html", context)
        page = ListPage(
            name="vehicle",
            title=row.name,
            rows=listed_transactions(sites, now).filter(vehicle=row),
            table=TransactionTable,
            filters=[one for one in transaction_filters(sites, now) if one.name in OF_ONE],
            empty=Empty(
                _("No transaction yet"),
                _("The first one appears here as soon as this vehicle charges on a site that you may see."),
                icon="receipt",
            ),
            template="console/vehicles/vehicle.html",
            absent=["vehicle"] if len(sites) > 1 else ["vehicle", "site"],
            context=context,
            totals=sums_of,
            totals_template=SUMS,
        )
        return page.answer(request)


def get_vehicle(code: str) -> Vehicle:
    """Return a vehicle.

    Raises:
        Http404: there is none of that code.
    """
    found = Vehicle.objects.filter(code=code).first()
    if found is None:
        raise Http404(_("There is no such vehicle."))
    return found


def _context(request: HttpRequest, site: Site, sites: Sequence[Site]) -> dict[str, object]:
    return {
        "site": site,
        "live_sites": ",".join(str(each.pk) for each in sites),
        "may_configure": principal_of(request).may(Right.CONFIGURE, None),
    }


def _filters(*, tags: bool) -> list[Filter]:
    named = _("Vehicle, badge") if tags else _("Vehicle")
    return [
        Filter("q", _("Search"), search_vehicles(tags=tags), Kind.SEARCH, every=named),
        Filter(
            "seen",
            pgettext("of a vehicle", "Last seen"),
            _seen,
            Kind.CHIPS,
            options=[Option(value, str(label)) for value, label in Presence.choices],
            every=pgettext("vehicles", "All"),
            counts=presence_counts,
        ),
    ]


def _seen(rows: Rows, value: str) -> Rows:
    return rows.filter(presence=value) if value in Presence.values else rows


def _empty(request: HttpRequest, site: Site) -> Empty:
    """Return what a project without vehicles says to this viewer."""
    title = _("There are no vehicles yet")
    if not principal_of(request).may(Right.CONFIGURE, None):
        return Empty(title, _("They appear here as soon as an administrator declares them."), icon="bus")
    return Empty(
        title,
        _("Declare them with their badges, or apply a configuration file; they appear here at once."),
        reverse("new_vehicle", args=[site.code]),
        _("Declare a vehicle"),
        "bus",
    )
