"""Lists of transactions: of one site, and of all sites that the viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from evkit.console.access import get_site, member_page, sites_of
from evkit.console.history_filters import transaction_filters
from evkit.console.selectors.history import listed_transactions, sums_of
from evkit.console.tables.page import Empty, ListPage
from evkit.console.tables.transactions import TransactionTable
from evkit.console.zones import common_zone
from evkit.core.clock import utc_now
from sites.models import Site

TOTALS = "console/transactions/_totals.html"


@member_page
def transactions(request: HttpRequest, code: str) -> HttpResponseBase:
    """List the transactions of a site."""
    site = get_site(request, code)
    return _answer(request, "transactions", [site], {"site": site}, site.zone)


@member_page
def all_transactions(request: HttpRequest) -> HttpResponseBase:
    """List the transactions of all sites that the viewer may see."""
    sites = sites_of(request)
    zone = common_zone(sites)
    return _answer(request, "all_transactions", sites, {"zone": "" if zone else "UTC"}, zone)


def _answer(
    request: HttpRequest, name: str, sites: Sequence[Site], context: dict[str, object], zone: tzinfo | None
) -> HttpResponseBase:
    now = utc_now()
    page = ListPage(
        name=name,
        title=_("Transactions"),
        rows=listed_transactions(sites, now),
        table=TransactionTable,
        filters=transaction_filters(sites, now),
        empty=Empty(
            _("No transaction yet"),
            _("The first one appears here as soon as a vehicle starts to charge."),
            icon="receipt",
        ),
        template="console/transactions/page.html",
        absent=["site"] if len(sites) == 1 else [],
        context={"one_site": len(sites) == 1, **context},
        totals=sums_of,
        totals_template=TOTALS,
        export="transactions",
    )
    with timezone.override(zone or "UTC"):
        return page.answer(request)
