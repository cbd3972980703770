"""Past decisions of smart charging: the curve of the last hours, the log, and each as it was (R21)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from charging.models import DecisionRecord
from evkit.console.access import get_site, member_page
from evkit.console.formats import kilos
from evkit.console.selectors.curves import chosen_hours
from evkit.console.selectors.decisions import past_decision
from evkit.console.selectors.stack import site_stack
from evkit.core.clock import utc_now

PAGE = 50


@require_safe
@member_page
def stack(request: HttpRequest, code: str) -> JsonResponse:
    """Return the power of every connector over the last `hours`, in kW, with the limit."""
    site = get_site(request, code)
    found = site_stack(site, utc_now(), chosen_hours(request.GET.get("hours", "")))
    return JsonResponse(
        {
            "timezone": site.timezone,
            "times": list(found.times),
            "limit": kilos(found.limit_w),
            "base": kilos(found.base_w),
            "layers": [{"label": layer.label, "values": kilos(layer.power_w)} for layer in found.layers],
        }
    )


@require_safe
@member_page
def decisions(request: HttpRequest, code: str) -> HttpResponse:
    """Show the decisions of a site that changed something, the newest first."""
    site = get_site(request, code)
    rows = DecisionRecord.objects.filter(site=site).defer("shares")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    with timezone.override(site.zone):
        return render(request, "console/smart/decisions.html", {"site": site, "page": page})


@require_safe
@member_page
def decision(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Show one decision: what every connector had, and why."""
    site = get_site(request, code)
    record = DecisionRecord.objects.filter(site=site, pk=pk).first() if pk < 2**63 else None
    if record is None:
        raise Http404(_("There is no such decision, or it is not kept any more."))
    with timezone.override(site.zone):
        context = {"site": site, "past": past_decision(record), "record": record}
        return render(request, "console/smart/decision.html", context)
