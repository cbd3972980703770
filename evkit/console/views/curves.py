"""JSON for the curves; units are those of the axes (kW, %)."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from chargers.models import EvseState
from evkit.console.access import get_charge_point, get_site, member_page
from evkit.console.selectors.curves import session_curve, site_curve
from evkit.console.selectors.detail import last_transaction
from evkit.console.selectors.overview import limit_power, rated_power
from evkit.core.clock import utc_now


def _kilo(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value / 1000, 3) for value in values]


@member_page
def site_power(request: HttpRequest, code: str) -> JsonResponse:
    """Return the power of a site over the last hours, with its limit."""
    site = get_site(request, code)
    curve = site_curve(site, utc_now())
    limit = None if site.limit_w is None else site.limit_w / 1000
    return JsonResponse(
        {
            "timezone": site.timezone,
            "times": list(curve.times),
            "power": _kilo(curve.power_w),
            "limit": limit,
        }
    )


@member_page
def session(request: HttpRequest, code: str, identity: str, number: int) -> JsonResponse:
    """Return power and state of charge of a connector's present or last transaction."""
    row = get_charge_point(request, code, identity)
    evse = next((evse for evse in row.evses.all() if evse.number == number), None)
    if evse is None:
        raise Http404(_("There is no such connector on this charge point."))
    curve = session_curve(evse, last_transaction(evse), utc_now())
    voltage = row.site.voltage_v if row.site else 230.0
    live: EvseState | None = getattr(evse, "state", None)
    limit = None if live is None else limit_power(evse, live, voltage)
    maximum = rated_power(evse, voltage)
    return JsonResponse(
        {
            "timezone": row.site.timezone if row.site else "UTC",
            "times": list(curve.times),
            "power": _kilo(curve.power_w),
            "soc": list(curve.soc_percent),
            "limit": None if limit is None else limit / 1000,
            "max": None if maximum is None else maximum / 1000,
        }
    )
