"""The passport of one charge point: capabilities, deviations, quirks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chargers.models import ChargePoint
from chargers.services.quirks import switch_quirk
from evkit.console.access import get_charge_point, member_page, principal_of
from evkit.console.selectors.passport import (
    capability_lines,
    deviation_lines,
    latency_of,
    mode_lines,
    quirk_lines,
    refused_actions,
)
from evkit.console.selectors.site_meter import site_meter_of
from evkit.console.selectors.wiring import wiring_lines
from evkit.console.views.charge_point.tabs import Context, point_url, tab_page
from evkit.core.errors import EvkitError
from sites.permissions import Right

CHOICES: Final[dict[str, bool | None]] = {"on": True, "off": False, "preset": None}


@require_safe
@member_page
def passport(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """Show what is known of the charge point's abilities and oddities."""
    return tab_page(request, code, identity, "passport", _context)


@require_POST
@member_page
def switch(request: HttpRequest, code: str, identity: str, name: str) -> HttpResponse:
    """Switch a quirk on, off, or leave it to the preset of the model: administrators only."""
    row = get_charge_point(request, code, identity)
    principal = principal_of(request)
    principal.require(Right.CONFIGURE, row.site_id)
    choice = request.POST.get("switch", "")
    if choice not in CHOICES:
        messages.error(request, _("Choose on, off or the preset."))
        return redirect(point_url(row, "passport"))
    try:
        switch_quirk(charge_point=row, name=name, on=CHOICES[choice], actor=principal.actor)
        messages.success(request, _("The quirk is switched."))
    except EvkitError as error:
        messages.error(request, error.message)
    return redirect(point_url(row, "passport"))


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    return {
        "meter": site_meter_of(row.site, now) if row.site and row.site_meter else None,
        "capabilities": capability_lines(row),
        "wiring": wiring_lines(row),
        "mode": mode_lines(row),
        "refused": refused_actions(row),
        "latency": latency_of(row),
        "deviations": deviation_lines(row),
        "quirks": quirk_lines(row),
        "may_configure": principal_of(request).may(Right.CONFIGURE, row.site_id),
    }
