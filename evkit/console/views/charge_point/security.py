"""The security of one charge point: its profile and what it tells of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chargers.models import ChargePoint, SecurityEvent
from evkit.console.access import member_page
from evkit.console.views.charge_point.tabs import Context, tab_page

PAGE: Final = 25


@require_safe
@member_page
def security(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """Show the security profile and the security events, newest first."""
    return tab_page(request, code, identity, "security", _context)


def _context(request: HttpRequest, row: ChargePoint, _now: datetime) -> Context:
    events = SecurityEvent.objects.filter(charge_point=row)
    return {"page": Paginator(events, PAGE).get_page(request.GET.get("page", ""))}
