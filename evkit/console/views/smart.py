"""Smart charging of a site: who has which share and why; switched and limited by an administrator (R21)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from charging.models import DecisionRecord
from evkit.console.access import get_site, may_command, member_page, principal_of
from evkit.console.formats import kilo, quantity
from evkit.console.live.cards import followed_cards
from evkit.console.selectors.smart import sharing_of
from evkit.console.smart_table import View
from evkit.core.clock import utc_now
from evkit.core.units import amperes_to_watts
from sites.models import Site
from sites.permissions import Right
from sites.services.external import forget_meter
from sites.services.settings import SiteLimit, change_site
from sites.types import Unit

MOST = 100_000
"""kW, or A: what is beyond that is written in another unit."""

LOG = 5
"""So many of the last decisions stand on the page."""


class LimitForm(forms.Form):
    """The limit of a site in the unit that the page showed, else in its own; kW where that is W."""

    limit = forms.FloatField(min_value=0, max_value=MOST, localize=True)
    unit = forms.ChoiceField(choices=Unit.choices, required=False)


@require_safe
@member_page
def smart_charging(request: HttpRequest, code: str) -> HttpResponse:
    """Show how the power of a site is shared; `?part=live` is the part that changes."""
    site = get_site(request, code)
    view = View.read(request.GET)
    with timezone.override(site.zone):
        sharing = sharing_of(site, utc_now(), followed_cards(request, site))
        context = {
            "site": site,
            "sharing": sharing,
            "view": view,
            "lines": view.page_of(sharing.lines),
            "chips": view.chips(sharing.lines),
            "may_configure": principal_of(request).may(Right.CONFIGURE, site.pk),
            "log": DecisionRecord.objects.filter(site=site).defer("shares")[:LOG],
            "may_command": may_command(request, site.pk),
            "in_watts": site.limit_unit == Unit.WATT,
            "limit_shown": _shown(site),
        }
        part = "live" if request.GET.get("part") == "live" else "page"
        return render(request, f"console/smart/{part}.html", context)


def _shown(site: Site) -> str:
    """Return the limit as the form takes it back: kW, or A."""
    if site.limit_value is None:
        return ""
    value = site.limit_value / 1000 if site.limit_unit == Unit.WATT else site.limit_value
    return str(localize_input(round(value, 3))) if value % 1 else f"{value:.0f}"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def smart_switch(request: HttpRequest, code: str) -> HttpResponse:
    """Switch smart charging on or off; before it is switched off, say what that means."""
    site = get_site(request, code)
    principal = principal_of(request)
    principal.require(Right.CONFIGURE, site.pk)
    if request.method != "POST":
        context = {"site": site, "sharing": sharing_of(site, utc_now())}
        fragment = request.headers.get("HX-Request") == "true"
        return render(request, f"console/smart/switch_off{'_form' if fragment else ''}.html", context)
    enabled = request.POST.get("enabled") != "0"
    change_site(site=site, actor=principal.actor, smart_charging_enabled=enabled)
    text = _("Smart charging is on.") if enabled else _("Smart charging is off; its limits are taken back.")
    messages.success(request, text)
    return redirect("smart", site.code)


@require_POST
@member_page
def smart_meter_forget(request: HttpRequest, code: str) -> HttpResponse:
    """Let what the meter of a site told so far count no more."""
    site = get_site(request, code)
    principal = principal_of(request)
    principal.require(Right.CONFIGURE, site.pk)
    forget_meter(site=site, now=utc_now(), actor=principal.actor)
    messages.success(request, _("Nothing counts for the rest of the site until its meter tells again."))
    return redirect("smart", site.code)


@require_POST
@member_page
def smart_limit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the limit of a site."""
    site = get_site(request, code)
    principal = principal_of(request)
    principal.require(Right.CONFIGURE, site.pk)
    form = LimitForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the limit as a number from 0 to 100,000, like 200."))
        return redirect("smart", site.code)
    unit = form.cleaned_data["unit"] or site.limit_unit
    factor = 1000 if unit == Unit.WATT else 1
    limit = SiteLimit(form.cleaned_data["limit"] * factor, unit)
    changed = change_site(site=site, actor=principal.actor, limit=limit)
    _tell_limit(request, changed)
    return redirect("smart", site.code)


def _tell_limit(request: HttpRequest, site: Site) -> None:
    """Say what the limit is now, and where it keeps nobody back: its unit may be wrong."""
    in_watts = site.limit_unit == Unit.WATT
    value = site.limit_value or 0.0
    limit = quantity(kilo(value), "kW", 1) if in_watts else quantity(value, "A", 1)
    messages.success(request, _("The limit is %(limit)s now.") % {"limit": limit})
    limit_w = value if in_watts else amperes_to_watts(value, phases=3, voltage_v=site.voltage_v)
    hardware_w = sharing_of(site, utc_now()).hardware_w
    if limit_w > hardware_w:
        text = _("All connectors together draw %(most)s at most: this limit keeps nobody back.")
        messages.warning(request, text % {"most": quantity(kilo(hardware_w), "kW")})
