"""The quarantine: stops that fit no transaction, and what somebody decides about them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from charging.models import OrphanStop
from charging.services.quarantine import Settling
from evkit.console.access import administrator_page, get_site, member_page, principal_of
from evkit.console.orphan_form import settle
from evkit.console.selectors.orphans import quarantine_of
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.permissions import Right


@require_safe
@member_page
def orphans(request: HttpRequest, code: str) -> HttpResponse:
    """Show the stops of a site that fit no transaction, to those who may settle them."""
    site = get_site(request, code)
    principal_of(request).require(Right.COMMAND, site.pk)
    with timezone.override(site.zone):
        return render(request, "console/orphans/page.html", {"found": quarantine_of(site), "site": site})


@require_safe
@administrator_page
def siteless_orphans(request: HttpRequest) -> HttpResponse:
    """Show the stops of charge points that belong to no site, to administrators."""
    return render(request, "console/orphans/page.html", {"found": quarantine_of(None)})


@require_POST
@member_page
def settle_orphan(request: HttpRequest, number: int) -> HttpResponse:
    """Attach a stop, make a transaction of it, or dismiss it; times are the site's."""
    stop = OrphanStop.objects.select_related("charge_point__site").filter(pk=number).first()
    principal = principal_of(request)
    if stop is None or not principal.may(Right.VIEW, stop.charge_point.site_id):
        raise Http404(_("There is no such stop."))
    site = stop.charge_point.site
    principal.require(Right.COMMAND, stop.charge_point.site_id)
    settling = Settling(principal.actor, utc_now(), request.POST.get("reason", ""))
    try:
        with timezone.override(site.zone if site else "UTC"):
            text = settle(request.POST.get("decision", ""), request.POST, stop, settling)
        messages.success(request, text)
    except EvkitError as error:
        messages.error(request, error.message)
    return redirect("orphans", site.code) if site else redirect("siteless_orphans")
