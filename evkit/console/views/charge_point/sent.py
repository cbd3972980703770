"""The commands that one charge point was sent, and what came of them."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chargers.models import ChargePoint, Command
from chargers.types import CommandState
from evkit.console.access import get_charge_point, member_page
from evkit.console.formats import number
from evkit.console.results import command_line
from evkit.console.selectors.commands import (
    MANY,
    CommandFilter,
    command_actions,
    command_page,
    exchanges_of,
    routine_count,
)
from evkit.console.views.charge_point.tabs import Context, in_zone_of, is_part, tab_page


@member_page
def commands(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """List the commands, filtered by the address."""
    return tab_page(request, code, identity, "commands", _context)


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    wanted = CommandFilter.from_query(request.GET)
    page = command_page(row.pk, wanted, request.GET.get("page", ""))
    return {
        "wanted": wanted,
        "page": page,
        "lines": [(command, command_line(command, now)) for command in page],
        "actions": command_actions(row.pk),
        "states": CommandState.choices,
        "hidden": "" if wanted.active else _hidden(row),
    }


def _hidden(row: ChargePoint) -> str:
    """Say how many limits of smart charging are left out; "" if there are none."""
    count = routine_count(row.pk)
    if not count:
        return ""
    text = ngettext(
        "%(number)s limit that smart charging set is not shown.",
        "%(number)s limits that smart charging set are not shown.",
        count,
    )
    return text % {"number": number(count) + ("+" if count == MANY else "")}


@member_page
def command(request: HttpRequest, code: str, identity: str, pk: int) -> HttpResponse:
    """Show one command with its exact frames; to htmx, the frames alone."""
    row = get_charge_point(request, code, identity)
    found = Command.objects.filter(charge_point=row, pk=pk).first()
    if found is None:
        raise Http404(_("There is no such command."))
    if not is_part(request):
        return tab_page(
            request, code, identity, "command", lambda _request, point, now: _one(point, now, found)
        )
    with in_zone_of(row):
        context = {"command": found, "exchanges": exchanges_of(row, found)}
        return render(request, "console/charge_point/_exchanges.html", context)


def _one(row: ChargePoint, now: datetime, command: Command) -> Context:
    return {
        "command": command,
        "line": command_line(command, now),
        "exchanges": exchanges_of(row, command),
    }
