"""JSON for the curves; units are those of the axes (kW, %)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from chargers.models import ChargePoint, Evse
from chargers.types import Current
from charging.models import MeterSample, Transaction
from charging.types import LimitKind
from evkit.console.access import get_charge_point, get_site, member_page
from evkit.console.charts import charts_of, resolution_note
from evkit.console.formats import kilos
from evkit.console.periods import Period, address_text, read_period
from evkit.console.point_charts import point_charts
from evkit.console.selectors.connector_curves import Curves, connector_curves
from evkit.console.selectors.curves import chosen_hours, session_curve, site_curve
from evkit.console.selectors.detail import last_transaction
from evkit.console.selectors.limits import limit_steps, site_limits_at
from evkit.console.selectors.measured import COLUMNS
from evkit.console.selectors.overview import rated_power
from evkit.console.selectors.point_curves import point_curves
from evkit.console.selectors.power_curves import power_curves
from evkit.console.selectors.transactions import transaction_url
from evkit.console.streaming import csv_line, streamed
from evkit.core.clock import utc_now
from sites.models import Site

WIDTH = 1200
SAMPLE = ("measured_at", "received_at", "transaction_number", *COLUMNS)


@member_page
def site_power(request: HttpRequest, code: str) -> JsonResponse:
    """Return the power of a site over the last `hours`, with its limit."""
    site = get_site(request, code)
    curve = site_curve(site, utc_now(), chosen_hours(request.GET.get("hours", "")))
    return JsonResponse(
        {
            "timezone": site.timezone,
            "times": list(curve.times),
            "power": kilos(curve.power_w),
            "limit": kilos(site_limits_at(site, curve.times)),
        }
    )


@member_page
def session(request: HttpRequest, code: str, identity: str, number: int) -> JsonResponse:
    """Return power, limit and state of charge of a connector's present or last transaction."""
    row, evse = _connector(request, code, identity, number)
    now, voltage_v = utc_now(), _voltage(row)
    curve = session_curve(evse, last_transaction(evse), now)
    since = datetime.fromtimestamp(curve.times[0], UTC) if curve.times else now
    limits = limit_steps(evse, LimitKind.ACCEPTED, since, now, voltage_v)
    maximum = rated_power(evse, voltage_v)
    return JsonResponse(
        {
            "timezone": row.site.timezone if row.site else "UTC",
            "times": list(curve.times),
            "power": kilos(curve.power_w),
            "soc": list(curve.soc_percent),
            "limit": kilos([limits.at(at) for at in curve.times]),
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
        charts = charts_of(curves, direct=evse.current == Current.DC)
        return _answer(row.site, period, curves, charts)


@member_page
def point(request: HttpRequest, code: str, identity: str) -> JsonResponse:
    """Return the charts of a charge point in a period: its power, and what each connector measured."""
    row = get_charge_point(request, code, identity)
    site = get_site(request, code)
    with timezone.override(site.zone):
        period = _period(request)
        curves = point_curves(site, row, period, width=_width(request))
        return _answer(site, period, curves.whole, point_charts(curves))


@member_page
def site_curves(request: HttpRequest, code: str) -> JsonResponse:
    """Return the added-up power of a site's connectors in a period, with its limit."""
    site = get_site(request, code)
    with timezone.override(site.zone):
        period = _period(request)
        curves = power_curves(site, None, period, width=_width(request))
        return _answer(site, period, curves, charts_of(curves, direct=False, one_limit=True))


def _answer(
    site: Site | None, period: Period, curves: Curves, charts: Sequence[dict[str, Any]]
) -> JsonResponse:
    return JsonResponse(
        {
            "timezone": site.timezone if site else "UTC",
            "start": period.since.timestamp(),
            "end": period.until.timestamp(),
            "from": address_text(period.since),
            "to": address_text(period.until),
            "reduced": curves.reduced,
            "step": curves.step_s,
            "note": resolution_note(curves),
            "times": list(curves.times),
            "charts": charts,
            "sessions": [_session(each, period) for each in curves.sessions],
            "outages": [[each.start.timestamp(), each.end.timestamp()] for each in curves.outages],
        }
    )


@member_page
def download(request: HttpRequest, code: str, identity: str, number: int) -> HttpResponseBase:
    """Send the samples of a connector in a period as they were measured, in base units."""
    row, evse = _connector(request, code, identity, number)
    samples = MeterSample.objects.filter(charge_point_id=row.pk, evse_number=evse.number)
    return _samples(request, row.site, samples, {row.pk: row.identity}, f"{row.identity}-{number}")


@member_page
def point_download(request: HttpRequest, code: str, identity: str) -> HttpResponseBase:
    """Send the samples of a charge point in a period as they were measured."""
    row = get_charge_point(request, code, identity)
    samples = MeterSample.objects.filter(charge_point_id=row.pk)
    return _samples(request, row.site, samples, {row.pk: row.identity}, row.identity)


@member_page
def site_download(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send the samples of a site in a period as they were measured."""
    site = get_site(request, code)
    names = dict(ChargePoint.objects.of_site(site).values_list("pk", "identity"))
    samples = MeterSample.objects.filter(charge_point_id__in=list(names))
    return _samples(request, site, samples, names, code)


def _samples(
    request: HttpRequest, site: Site | None, rows: QuerySet[MeterSample], names: Mapping[int, str], name: str
) -> HttpResponseBase:
    with timezone.override(site.zone if site else None):
        period = _period(request)
    rows = rows.filter(measured_at__gte=period.since, measured_at__lte=period.until)
    times = f"{period.since:%Y%m%dT%H%M}-{period.until:%Y%m%dT%H%M}"
    return streamed(
        rows.order_by("charge_point_id", "evse_number", "measured_at", "fingerprint"),
        lambda row: _sample(row, names[row.charge_point_id]),
        name=f"{name}-{times}.csv",
        content_type="text/csv; charset=utf-8",
        head=csv_line(("charge_point", "connector", *SAMPLE)),
    )


def _sample(row: MeterSample, identity: str) -> str:
    times = [moment.astimezone(UTC).isoformat() for moment in (row.measured_at, row.received_at)]
    others = [getattr(row, name) for name in SAMPLE[len(times) :]]
    shown = ("" if value is None else value for value in others)
    return csv_line([identity, row.evse_number, *times, *shown])


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
