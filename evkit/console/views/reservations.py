"""The reservations of a site: made, cancelled and looked back at (R22)."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from charging.models import Reservation
from charging.models.reservation import OPEN
from charging.services.reservations import cancel_reservation
from evkit.console.access import get_site, may_command, member_page, principal_of
from evkit.console.ids import read_ids
from evkit.console.reservation_form import ReservationForm
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.models import Site
from sites.permissions import Right

PAGE: Final = 25
ALL: Final = "all"
WITH: Final = ("charge_point__site", "id_token__vehicle", "transaction", "cancel_command")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def reservations(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is reserved and what was; reserve a connector.

    With `only=1,2` an htmx request gets both lists as fragments if one of those charge points is in them.
    """
    site = get_site(request, code)
    form = None
    if request.method == "POST":
        principal_of(request).require(Right.COMMAND, site.pk)
        form = ReservationForm(request.POST, site=site)
        if _reserved(request, form):
            return redirect("reservations", site.code)
    elif may_command(request, site.pk):
        form = ReservationForm(site=site)
    live = request.headers.get("HX-Request") == "true" and "only" in request.GET
    context = _context(request, site, form)
    if live:
        context["touched"] = _touched(site, request.GET["only"])
    with timezone.override(site.zone):
        return render(request, f"console/reservations/{'live' if live else 'page'}.html", context)


def _touched(site: Site, asked: str) -> bool:
    """Tell whether one of the charge points that changed has a reservation, or had one."""
    if asked == ALL:
        return True
    return Reservation.objects.filter(charge_point__site=site, charge_point__any_of=read_ids(asked)).exists()


def _reserved(request: HttpRequest, form: ReservationForm) -> bool:
    if not form.is_valid():
        return False
    try:
        form.reserve(now=utc_now(), actor=principal_of(request).actor)
    except EvkitError as error:
        form.refuse(error)
        return False
    messages.success(request, _("The reservation is on its way to the charge point."))
    return True


def _context(request: HttpRequest, site: Site, form: ReservationForm | None) -> dict[str, object]:
    rows = Reservation.objects.filter(charge_point__site=site).select_related(*WITH)
    past = Paginator(rows.exclude(state__in=OPEN), PAGE).get_page(request.GET.get("page", ""))
    return {
        "site": site,
        "form": form,
        "current": rows.open().order_by("expires_at"),
        "page": past,
        "may_command": may_command(request, site.pk),
    }


@require_POST
@member_page
def cancel(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Ask the charge point to end a reservation."""
    site = get_site(request, code)
    principal_of(request).require(Right.COMMAND, site.pk)
    if not Reservation.objects.filter(pk=number, charge_point__site=site).exists():
        raise Http404(_("There is no such reservation."))
    try:
        cancel_reservation(number=number, now=utc_now(), actor=principal_of(request).actor)
        messages.success(request, _("The cancellation is on its way to the charge point."))
    except EvkitError as error:
        messages.error(request, error.message)
    return redirect("reservations", site.code)
