"""Boosting or holding one charge, in the page's dialog or on a page of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from charging.models import ChargeOverride, Transaction
from charging.services.overriding import UnableToOverrideError, end_override, override_charge
from charging.types import OverrideKind
from evkit.console.access import get_site, member_page, principal_of
from evkit.console.override_form import OverrideForm
from evkit.console.views.sharing import running_charge, tell_done
from evkit.core.clock import utc_now
from sites.models import Site
from sites.permissions import Right


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def override(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show what is decided about a running charge; boost it, hold it, or take that back."""
    site = get_site(request, code)
    charge = running_charge(site, number)
    principal_of(request).require(Right.COMMAND, site.pk)
    form = OverrideForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    with timezone.override(site.zone):
        done = _decided(request, charge, form) if request.method == "POST" else ""
        return tell_done(request, site, done) if done else _form_page(request, site, charge, form)


def _decided(request: HttpRequest, charge: Transaction, form: OverrideForm) -> str:
    """Carry out what was sent and return what to tell; empty where the form shows why not."""
    actor, now = principal_of(request).actor, utc_now()
    try:
        if "release" in request.POST:
            end_override(evse=charge.evse, now=now, actor=actor)
            return _("The charge follows the rule of the site again.")
        if not form.is_valid():
            return ""
        kind = OverrideKind(form.cleaned_data["kind"])
        override_charge(
            evse=charge.evse, kind=kind, until=now + form.length, reason=form.cleaned_data["reason"],
            now=now, actor=actor,
        )  # fmt: skip
    except UnableToOverrideError as error:
        form.is_valid()
        form.refuse(error)
        return ""
    return _("The charge is boosted.") if kind == OverrideKind.BOOST else _("The charge is held.")


def _form_page(request: HttpRequest, site: Site, charge: Transaction, form: OverrideForm) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true"
    context = {
        "site": site,
        "charge": charge,
        "form": form,
        "present": ChargeOverride.objects.in_force(utc_now()).filter(transaction=charge).first(),
    }
    return render(request, f"console/smart/override{'_form' if fragment else ''}.html", context)
