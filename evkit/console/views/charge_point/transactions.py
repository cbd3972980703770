"""The transactions of one charge point."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from chargers.models import ChargePoint
from evkit.console.access import member_page
from evkit.console.selectors.transactions import TransactionFilter, transaction_page
from evkit.console.views.charge_point.tabs import Context, chosen_connector, tab_page


@member_page
def transactions(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """List the transactions, filtered by the address."""
    return tab_page(request, code, identity, "transactions", _context)


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    wanted = TransactionFilter.from_query(request.GET, chosen_connector(request))
    return {"wanted": wanted, "found": transaction_page(row, wanted, request.GET.get("page", ""), now)}
