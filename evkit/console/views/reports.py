"""Reports on sites: figures of a period as charts and tables, to be printed or taken as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chargers.models import ChargePoint
from evkit.console.access import get_site, member_page, sites_of
from evkit.console.exports.reports import REPORTS
from evkit.console.reporting.bars import Bar, bar_chart
from evkit.console.reporting.charges import Span
from evkit.console.reporting.peaks import (
    Peak,
    highest,
    peak_of_site,
    peaks_of,
    peaks_over_time,
    peaks_together,
)
from evkit.console.reporting.period import (
    BUCKET_LABELS,
    LABELS,
    Bucket,
    ReportPeriod,
    Unit,
    period_around,
    read_report_period,
)
from evkit.console.reporting.report import (
    PointLine,
    TimeLine,
    point_lines,
    points_of,
    time_lines,
    together,
    vehicle_lines,
)
from evkit.console.zones import common_zone
from evkit.core.clock import utc_now
from history.rollups.power import WHOLE_SITE
from sites.models import Site

SHORT = {Bucket.HOUR: "H", Bucket.DAY: "j", Bucket.WEEK: "W", Bucket.MONTH: "M"}
MOST_COLUMNS = 6
"""Of more sites the energies are told in files only, not side by side."""
FULL = {Bucket.HOUR: "j N Y, H:i", Bucket.DAY: "l j N Y", Bucket.WEEK: "j N Y", Bucket.MONTH: "F Y"}


@member_page
def reports(request: HttpRequest, code: str) -> HttpResponse:
    """Report on one site."""
    site = get_site(request, code)
    return _answer(request, [site], site.zone, {"site": site})


@member_page
def all_reports(request: HttpRequest) -> HttpResponse:
    """Report on all sites that the viewer may see."""
    sites = sites_of(request)
    zone = common_zone(sites)
    return _answer(request, sites, zone, {"zone": "" if zone else "UTC"})


def _answer(
    request: HttpRequest, sites: Sequence[Site], given: tzinfo | None, context: dict[str, object]
) -> HttpResponse:
    now = utc_now()
    with timezone.override(given or "UTC"):
        zone = timezone.get_current_timezone()
        period = read_report_period(request.GET, timezone.localtime(now).date())
        span = Span(period.since, period.until, now)
        points = points_of(ChargePoint.objects.filter(site__in=sites))
        lines = point_lines(points, span)
        ids = [point.pk for point in points]
        alone = len(sites) == 1
        peak, peaks = _peaks(sites, period, span, zone)
        columns = [] if alone or len(sites) > MOST_COLUMNS else sites
        times = time_lines(period, ids, span, zone, peaks=peaks, sites=columns)
        shown = {
            "period": period, "now": now, "units": _units(period, now), "span": span,
            "before": period.stepped(-1), "after": period.stepped(1) if period.until < now else None,
            "whole": together(lines), "groups": _by_site(lines, span), "one_site": alone,
            "peak": peak, "columns": columns, "width": 6 + len(columns),
            "vehicles": vehicle_lines(ids, span), "times": _named(times, period.bucket),
            "bucket": BUCKET_LABELS[period.bucket], "charts": _charts(times, period, alone=alone),
            "tables": REPORTS,
        }  # fmt: skip
        return render(request, "console/reports/page.html", {**shown, **context})


def _peaks(
    sites: Sequence[Site], period: ReportPeriod, span: Span, zone: tzinfo
) -> tuple[Peak | None, dict[datetime, float]]:
    """Return the peak of the period and those of its stretches: of the one site, or of all at once."""
    if len(sites) == 1:
        pk = sites[0].pk
        return peak_of_site(pk, span), peaks_over_time(period.bucket, pk, span, zone)
    together = peaks_together(period.bucket, [site.pk for site in sites], span, zone)
    return highest(together.values()), {begin: peak.power_w for begin, peak in together.items()}


def _units(period: ReportPeriod, now: datetime) -> list[tuple[str, str, bool]]:
    """Return the lengths to choose from: their words, their address, and which is shown."""
    today = timezone.localtime(now).date()
    anchor = today if period.first <= today <= period.last else period.last
    return [
        (str(label), period_around(unit, anchor).query, unit is period.unit) for unit, label in LABELS.items()
    ]


def _by_site(
    lines: Sequence[PointLine], span: Span
) -> list[tuple[Site | None, list[PointLine], object, float | None]]:
    """Return the charge points of each site, their figures together, and the peak of the site in W."""
    groups = groupby(lines, key=lambda line: line.point.site)
    listed = [(site, list(group)) for site, group in groups]
    peaks = peaks_of([site.pk for site, _group in listed if site], span) if len(listed) > 1 else {}
    return [
        (site, group, together(group), peaks.get((site.pk if site else 0, WHOLE_SITE)))
        for site, group in listed
    ]


def _named(times: Sequence[TimeLine], bucket: Bucket) -> list[tuple[str, TimeLine]]:
    return [(_name(line.begin, bucket), line) for line in times]


def _name(begin: datetime, bucket: Bucket) -> str:
    text = date_format(timezone.localtime(begin), FULL[bucket])
    return _("Week from %(day)s") % {"day": text} if bucket is Bucket.WEEK else text


def _charts(times: Sequence[TimeLine], period: ReportPeriod, *, alone: bool) -> list[tuple[str, str]]:
    bucket = period.bucket
    # The month is told where days of several months stand beside each other.
    short = "j/m" if bucket is Bucket.DAY and period.unit in {Unit.DATES, Unit.WEEK} else SHORT[bucket]
    labels = [
        (date_format(timezone.localtime(line.begin), short), _name(line.begin, bucket)) for line in times
    ]
    energy = [Bar(line.charges.energy_wh / 1000, *label) for line, label in zip(times, labels, strict=True)]
    counts = [Bar(float(line.charges.count), *label) for line, label in zip(times, labels, strict=True)]
    peaks = [Bar((line.peak_w or 0.0) / 1000, *label) for line, label in zip(times, labels, strict=True)]
    peak = _("Peak of the site (kW)") if alone else _("Peak of all sites (kW)")
    titles = _("Energy (kWh)"), _("Transactions started"), peak
    per = str(BUCKET_LABELS[bucket])
    charts: list[tuple[str, str]] = [
        (titles[0], bar_chart(energy, unit="kWh", label=f"{titles[0]} {per}", decimals=1)),
        (titles[1], bar_chart(counts, unit="", label=f"{titles[1]} {per}")),
    ]
    if any(line.peak_w is not None for line in times):
        charts.append((titles[2], bar_chart(peaks, unit="kW", label=f"{titles[2]} {per}", decimals=1)))
    return charts
