"""The configuration keys of one charge point."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from chargers.models import ChargePoint
from charging.models import LocalList
from evkit.console.access import member_page
from evkit.console.selectors.configuration import configuration_lines
from evkit.console.views.charge_point.tabs import Context, tab_page


@member_page
def configuration(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """List the keys with their reported and their desired values."""
    return tab_page(request, code, identity, "configuration", _context)


def _context(request: HttpRequest, row: ChargePoint, _now: datetime) -> Context:
    query = request.GET.get("q", "").strip()
    shown = request.GET.get("show", "")
    every = configuration_lines(row.pk)
    lines = configuration_lines(row.pk, query) if query else every
    if shown == "drift":
        lines = [line for line in lines if line.drifts]
    return {
        "query": query,
        "show": shown if shown == "drift" else "",
        "lines": lines,
        "total": len(every),
        "drifting": sum(line.drifts for line in every),
        "local_list": LocalList.objects.filter(charge_point=row).first(),
        "reboot_required": getattr(getattr(row, "state", None), "reboot_required", False),
    }
