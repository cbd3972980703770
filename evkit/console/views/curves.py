"""JSON for the curves; units are those of the axes (kW, %)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from chargers.models import ChargePoint, Evse
from chargers.types import Current
from charging.models import MeterSample, Transaction
from charging.types import LimitKind
from evkit.console.access import get_charge_point, get_site, member_page
from evkit.console.charts import charts_of
from evkit.console.periods import Period, local_text, read_period
from evkit.console.selectors.connector_curves import COLUMNS, connector_curves, samples_within
from evkit.console.selectors.curves import chosen_hours, session_curve, site_curve
from evkit.console.selectors.detail import last_transaction
from evkit.console.selectors.limits import limit_steps as connector_limit_steps
from evkit.console.selectors.overview import rated_power
from evkit.console.selectors.transactions import transaction_url
from evkit.console.streaming import csv_line, streamed
from evkit.core.clock import utc_now
from sites.limits import limit_steps
from sites.models import Site

WIDTH = 1200
SAMPLE = ("measured_at", "received_at", "transaction_number", *COLUMNS)


def _kilo(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value / 1000, 3) for value in values]


@member_page
def site_power(request: HttpRequest, code: str) -> JsonResponse:
    """Return the power of a site over the last `hours`, with its limit."""
    site = get_site(request, code)
    now = utc_now()
    curve = site_curve(site, now, chosen_hours(request.GET.get("hours", "")))
    return JsonResponse(
        {
            "timezone": site.timezone,
            "times": list(curve.times),
            "power": _kilo(curve.power_w),
            "limit": _kilo(_site_limits(site, curve.times, now)),
        }
    )


def _site_limits(site: Site, times: Sequence[int], now: datetime) -> list[float | None]:
    """Return the limit of a site at these times, in W."""
    since = datetime.fromtimestamp(times[0], UTC) if times else now
    steps = limit_steps(site, since, now + timedelta(minutes=1))
    starts = [moment.timestamp() for moment, _value in steps]
    return [steps[max(bisect_right(starts, at) - 1, 0)][1] for at in times]


@member_page
def session(request: HttpRequest, code: str, identity: str, number: int) -> JsonResponse:
    """Return power, limit and state of charge of a connector's present or last transaction."""
    row, evse = _connector(request, code, identity, number)
    now, voltage_v = utc_now(), _voltage(row)
    curve = session_curve(evse, last_transaction(evse), now)
    since = datetime.fromtimestamp(curve.times[0], UTC) if curve.times else now
    limits = connector_limit_steps(evse, LimitKind.ACCEPTED, since, now, voltage_v)
    maximum = rated_power(evse, voltage_v)
    return JsonResponse(
        {
            "timezone": row.site.timezone if row.site else "UTC",
            "times": list(curve.times),
            "power": _kilo(curve.power_w),
            "soc": list(curve.soc_percent),
            "limit": _kilo([limits.at(at) for at in curve.times]),
            "max": None if maximum is None else maximum / 1000,
        }
    )


@member_page
def connector(request: HttpRequest, code: str, identity: str, number: int) -> JsonResponse:
    """Return the charts of a connector in a period; `width` is that of the plot in pixels.

    The period is that of the page's address; `start` and `end` (epoch seconds) stand for one that was drawn.
    """
    row, evse = _connector(request, code, identity, number)
    with timezone.override(row.site.zone if row.site else None):
        period = _period(request)
        curves = connector_curves(evse, period, width=_width(request), voltage_v=_voltage(row))
        return JsonResponse(
            {
                "timezone": row.site.timezone if row.site else "UTC",
                "start": period.since.timestamp(),
                "end": period.until.timestamp(),
                "from": local_text(period.since),
                "to": local_text(period.until),
                "reduced": curves.reduced,
                "times": list(curves.times),
                "charts": charts_of(curves, direct=evse.current == Current.DC),
                "sessions": [_session(each, period) for each in curves.sessions],
            }
        )


@member_page
def download(request: HttpRequest, code: str, identity: str, number: int) -> HttpResponseBase:
    """Send the samples of a period as they were measured, in base units."""
    row, evse = _connector(request, code, identity, number)
    with timezone.override(row.site.zone if row.site else None):
        period = _period(request)
    rows = samples_within(evse, period).order_by("measured_at", "fingerprint")
    times = f"{period.since:%Y%m%dT%H%M}-{period.until:%Y%m%dT%H%M}"
    return streamed(
        rows,
        _sample,
        name=f"{row.identity}-{number}-{times}.csv",
        content_type="text/csv; charset=utf-8",
        head=csv_line(SAMPLE),
    )


def _sample(row: MeterSample) -> str:
    times = [moment.astimezone(UTC).isoformat() for moment in (row.measured_at, row.received_at)]
    others = [getattr(row, name) for name in SAMPLE[len(times) :]]
    return csv_line([*times, *("" if value is None else value for value in others)])


def _connector(request: HttpRequest, code: str, identity: str, number: int) -> tuple[ChargePoint, Evse]:
    row = get_charge_point(request, code, identity)
    evse = next((evse for evse in row.evses.all() if evse.number == number), None)
    if evse is None:
        raise Http404(_("There is no such connector on this charge point."))
    return row, evse


def _voltage(row: ChargePoint) -> float:
    return row.site.voltage_v if row.site else 230.0


def _period(request: HttpRequest) -> Period:
    """Return the period asked for; one that was drawn is at least ten seconds long."""
    try:
        start, end = (
            datetime.fromtimestamp(float(request.GET.get(name, "")), UTC) for name in ("start", "end")
        )
    except (ValueError, OverflowError, OSError):
        return read_period(request.GET, utc_now(), default="6h")
    return Period(start, max(end, start + timedelta(seconds=10)))


def _width(request: HttpRequest) -> int:
    text = request.GET.get("width", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else WIDTH


def _session(row: Transaction, period: Period) -> dict[str, object]:
    return {
        "number": row.number,
        "label": row.vehicle.name if row.vehicle else row.id_tag,
        "start": max(row.started_at, period.since).timestamp(),
        "end": min(row.ended_at or period.until, period.until).timestamp(),
        "href": transaction_url(row),
    }
