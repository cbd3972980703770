"""Declaring, changing and removing vehicles: in the page's dialog or on a page, for administrators.

A vehicle charges on every site, so what it usually does is nothing that the operators of one site decide;
they plan each of its charges.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from charging.services.vehicles import change_vehicle, create_vehicle, remove_vehicle
from evkit.console.access import administrator_page, get_site, principal_of
from evkit.console.vehicle_form import NewVehicleForm, VehicleForm
from evkit.console.views.sharing import tell_done
from evkit.console.views.vehicles import get_vehicle
from evkit.core.errors import EvkitError


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_page
def new_vehicle(request: HttpRequest, code: str) -> HttpResponse:
    """Declare a vehicle."""
    site = get_site(request, code)
    form = NewVehicleForm(request.POST if request.method == "POST" else None, initial={"priority": 0})
    if request.method == "POST" and form.is_valid():
        actor, declared = principal_of(request).actor, form.cleaned_data["code"]
        try:
            row = create_vehicle(code=declared, actor=actor, tags=form.badges(), **form.values())
        except EvkitError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s was declared.") % {"name": row.name})
            return redirect("vehicle", site.code, row.code)
    return render(request, "console/vehicles/new.html", {"site": site, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_page
def edit_vehicle(request: HttpRequest, code: str, vehicle_code: str) -> HttpResponse:
    """Change a vehicle and its badges; what it usually does counts for a running charge at once."""
    site, row = get_site(request, code), get_vehicle(vehicle_code)
    form = VehicleForm.of(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actor = principal_of(request).actor
        try:
            change_vehicle(vehicle=row, changes=form.values(), tags=form.badges(), actor=actor)
        except EvkitError as error:
            form.refuse(error)
        else:
            back = reverse("vehicle", args=[site.code, row.code])
            return tell_done(request, site, _("The vehicle was changed."), back=back)
    fragment = request.headers.get("HX-Request") == "true"
    template = "console/vehicles/_form.html" if fragment else "console/vehicles/edit.html"
    return render(request, template, {"site": site, "vehicle": row, "form": form})


@require_POST
@administrator_page
def delete_vehicle(request: HttpRequest, code: str, vehicle_code: str) -> HttpResponse:
    """Remove a vehicle that never charged."""
    site, row = get_site(request, code), get_vehicle(vehicle_code)
    try:
        remove_vehicle(vehicle=row, actor=principal_of(request).actor)
    except EvkitError as error:
        messages.error(request, error.message)
        return redirect("vehicle", site.code, row.code)
    messages.success(request, _("%(name)s was removed.") % {"name": row.name})
    return redirect("vehicles", site.code)
