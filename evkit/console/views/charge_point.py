"""The page of one charge point; the same view answers for its live fragments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chargers.models import ChargePoint
from evkit.console.access import get_charge_point, may_command, member_page
from evkit.console.commands.base import CommandForm
from evkit.console.commands.catalogue import COMMANDS, HEAD_COMMANDS, MORE_COMMANDS
from evkit.console.results import command_line, pending
from evkit.console.selectors.detail import (
    charge_point_detail,
    known_configuration,
    last_commands,
    last_messages,
)
from evkit.core.clock import utc_now

Button = tuple[str, type[CommandForm]]


@member_page
def charge_point(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """Show a charge point; an htmx request gets the sections as fragments that replace themselves."""
    row = get_charge_point(request, code, identity)
    with timezone.override(row.site.zone if row.site else None):
        return render(request, _template(request), _context(request, row))


def _context(request: HttpRequest, row: ChargePoint) -> dict[str, object]:
    """Return everything the page shows, worded in the site's time."""
    now = utc_now()
    commands = last_commands(row.pk)
    return {
        "site": row.site,
        "charge_point": row,
        "detail": charge_point_detail(row, request.GET.get("connector", ""), now),
        "configuration": known_configuration(row.pk),
        "message_lines": last_messages(row.pk),
        "command_lines": [command_line(command, now) for command in commands],
        "commands_pending": any(pending(command, now) for command in commands),
        "may_command": may_command(request, row.site_id),
        "head_commands": _buttons(HEAD_COMMANDS),
        "more_commands": _buttons(MORE_COMMANDS),
    }


def _buttons(slugs: tuple[str, ...]) -> list[Button]:
    return [(slug, COMMANDS[slug]) for slug in slugs]


def _template(request: HttpRequest) -> str:
    if request.headers.get("HX-Request") != "true":
        return "console/charge_point/page.html"
    if request.GET.get("part") == "commands":
        return "console/charge_point/_commands.html"
    return "console/charge_point/live.html"
