"""What a charge point does now."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chargers.models import ChargePoint
from evkit.console.access import get_charge_point, member_page
from evkit.console.joining import joining_of
from evkit.console.results import command_line, pending
from evkit.console.selectors.commands import last_commands
from evkit.console.selectors.detail import charge_point_detail
from evkit.console.selectors.messages import last_messages
from evkit.console.views.charge_point.tabs import Context, in_zone_of, is_fragment, tab_page
from evkit.core.clock import utc_now


@member_page
def live(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """Show values, limits, the present transaction, the last commands and frames."""
    if is_fragment(request) and request.GET.get("part") == "commands":
        row = get_charge_point(request, code, identity)
        with in_zone_of(row):
            context = {"site": row.site, "charge_point": row, **_commands(row, utc_now())}
            return render(request, "console/charge_point/_commands.html", context)
    return tab_page(request, code, identity, "", _context)


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    detail = charge_point_detail(row, request.GET.get("connector", ""), now)
    return {
        "detail": detail,
        "card": detail.card,
        "joining": joining_of(request, row) if detail.card.never_connected else None,
        "message_lines": last_messages(row.pk),
        **_commands(row, now),
    }


def _commands(row: ChargePoint, now: datetime) -> dict[str, object]:
    commands = last_commands(row.pk)
    return {
        "command_lines": [command_line(command, now) for command in commands],
        "commands_pending": any(pending(command, now) for command in commands),
    }
