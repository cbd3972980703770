"""The security of one charge point: its profile, its certificates, and what it tells of itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chargers.models import (
    ChargePoint,
    InstalledCertificate,
    IssuedCertificate,
    SecurityEvent,
    SigningRequest,
)
from chargers.services.issuing import revoke_certificate
from evkit.console.access import get_charge_point, member_page, principal_of
from evkit.console.commands.catalogue import COMMANDS
from evkit.console.selectors.security import security_link
from evkit.console.views.charge_point.tabs import Context, point_url, tab_page
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.permissions import Right

PAGE: Final = 25
BUTTONS: Final = {
    "link": ("new-password", "raise-profile"),
    "certificates": ("new-certificate",),
    "roots": ("install-root", "read-roots"),
    "events": ("log",),
}
"""The commands that belong to each part of the page."""

SHOWN: Final = 10
SOON: Final = timedelta(days=30)


@require_safe
@member_page
def security(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """Show certificates and security events, the newest first."""
    return tab_page(request, code, identity, "security", _context)


@require_POST
@member_page
def revoke(request: HttpRequest, code: str, identity: str, serial_number: str) -> HttpResponse:
    """Let a certificate open no connection any more: administrators only."""
    row = get_charge_point(request, code, identity)
    principal = principal_of(request)
    principal.require(Right.CONFIGURE, row.site_id)
    try:
        revoke_certificate(
            charge_point=row, serial_number=serial_number, now=utc_now(), actor=principal.actor
        )
        messages.success(request, _("The certificate is revoked."))
    except EvkitError as error:
        messages.error(request, error.message)
    return redirect(point_url(row, "security"))


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    events = SecurityEvent.objects.filter(charge_point=row)
    return {
        "link": security_link(row),
        "buttons": {part: [(slug, COMMANDS[slug]) for slug in slugs] for part, slugs in BUTTONS.items()},
        "page": Paginator(events, PAGE).get_page(request.GET.get("page", "")),
        "issued": IssuedCertificate.objects.filter(charge_point=row)[:SHOWN],
        "refused": SigningRequest.objects.filter(charge_point=row)[:3],
        "roots": InstalledCertificate.objects.filter(charge_point=row),
        "now": now,
        "soon": now + SOON,
        "may_configure": principal_of(request).may(Right.CONFIGURE, row.site_id),
    }
