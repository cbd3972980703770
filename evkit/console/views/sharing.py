"""Planning one charge, and how a connector takes part in sharing: in the page's dialog or on a page (R18)."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chargers.models import Evse
from chargers.services.topology import save_evse, update_charge_point
from charging.models import ChargePlan, Transaction
from charging.services.charge_plans import UnableToPlanError, forget_plan, plan_charge
from evkit.console.access import get_site, member_page, principal_of
from evkit.console.sharing_forms import ConnectorForm, PlanForm
from evkit.core.clock import utc_now
from sites.models import Site
from sites.permissions import Right


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def charge_plan(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show what is planned for a running charge; plan it, or take that back."""
    site = get_site(request, code)
    charge = running_charge(site, number)
    principal_of(request).require(Right.COMMAND, site.pk)
    with timezone.override(site.zone):
        plan = ChargePlan.objects.filter(transaction=charge).first()
        form = PlanForm.of(plan, request.POST if request.method == "POST" else None)
        done = _planned(request, charge, form) if request.method == "POST" else ""
        context = {"site": site, "charge": charge, "form": form, "present": plan}
        return tell_done(request, site, done) if done else _shown(request, "plan", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def connector_sharing(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show how a connector takes part in sharing; let an administrator change it."""
    site = get_site(request, code)
    evses = Evse.objects.filter(charge_point__site=site).select_related("charge_point")
    evse = evses.filter(pk=number).first()
    if evse is None:
        raise Http404(_("There is no such connector on this site."))
    principal_of(request).require(Right.CONFIGURE, site.pk)
    form = ConnectorForm(evse, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _change(request, evse, form)
        return tell_done(request, site, _("The settings were changed."))
    return _shown(request, "connector", {"site": site, "evse": evse, "form": form})


def running_charge(site: Site, number: int) -> Transaction:
    """Return a charge that runs on a site.

    Raises:
        Http404: there is none of that number.
    """
    rows = Transaction.objects.open().filter(charge_point__site=site, number=number)
    found = rows.select_related("evse__charge_point__site", "vehicle").first() if number < 2**31 else None
    if found is None:
        raise Http404(_("There is no such charge on this site, or it has ended."))
    return found


def tell_done(request: HttpRequest, site: Site, text: str, *, back: str = "") -> HttpResponse:
    """Close the dialog and say what was done; without one, go `back`, or to the page of smart charging."""
    if request.headers.get("HX-Request") != "true":
        messages.success(request, text)
        return redirect(back or reverse("smart", args=[site.code]))
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"command-queued": {"text": text}}, ensure_ascii=True)
    return response


def _planned(request: HttpRequest, charge: Transaction, form: PlanForm) -> str:
    """Carry out what was sent and return what to tell; empty where the form shows why not."""
    actor = principal_of(request).actor
    try:
        if "forget" in request.POST:
            forget_plan(evse=charge.evse, actor=actor)
            return _("What is usual counts for this charge again.")
        if not form.is_valid():
            return ""
        plan_charge(evse=charge.evse, wishes=form.wishes(), now=utc_now(), actor=actor)
    except UnableToPlanError as error:
        form.is_valid()
        form.refuse(error)
        return ""
    return _("The charge is planned.")


@transaction.atomic
def _change(request: HttpRequest, evse: Evse, form: ConnectorForm) -> None:
    data, actor = form.cleaned_data, principal_of(request).actor
    evse.priority, evse.distribution = data["priority"] or 0, data["distribution"]
    save_evse(evse=evse, actor=actor)
    changes = {"priority": data["point_priority"] or 0, "division": data["division"]}
    update_charge_point(charge_point=evse.charge_point, changes=changes, actor=actor)


def _shown(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Return the inside of the dialog, or a page with it."""
    context["part"] = f"console/sharing/{name}_form.html"
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, context["part"] if fragment else "console/sharing/page.html", context)
