"""The tables of reports to export: figures by charge point, by vehicle and by day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Q,
    QuerySet,
    Value,
)
from django.db.models import Sum as SqlSum
from django.db.models.functions import Coalesce, TruncDay
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint
from charging.models import Transaction
from evkit.console.exports.description import Export, Field, Kind, Scope, Sum
from evkit.console.exports.points import point_ids
from evkit.console.formats import kilo
from evkit.console.history_filters import MOST_OPTIONS
from evkit.console.periods import read_moment
from evkit.console.reporting.charges import EMPTY_WH, Span
from evkit.console.reporting.peaks import peaks_of, peaks_over_time
from evkit.console.reporting.period import Bucket, ReportPeriod, read_report_period
from evkit.console.reporting.report import Figures, point_lines
from evkit.console.tables.filtering import Filter, Option, Rows
from evkit.console.tables.filtering import Kind as FilterKind
from history.rollups.power import WHOLE_SITE
from sites.models import Site
from sites.models.site import name_column

KWH, KW = "kWh", "kW"
_DOUBTFUL = Q(energy_suspect=True, corrected_wh=None)


def _dates(narrow: Callable[[str], Callable[[Rows, str], Rows]], scope: Scope) -> list[Filter]:
    identities = ChargePoint.objects.filter(site__in=scope.sites).order_by("identity")
    options = identities.values_list("identity", flat=True)[:MOST_OPTIONS]
    return [
        Filter("from", pgettext("period", "From"), narrow("from"), FilterKind.DATE),
        Filter("to", pgettext("period", "To"), narrow("to"), FilterKind.DATE),
        Filter("charge_point", _("Charge point"), _of_point, options=[Option(one, one) for one in options]),
    ]


def _of_point(rows: Rows, value: str) -> Rows:
    own = rows.model is ChargePoint
    return rows.filter(**{"identity" if own else "charge_point__identity": value})


# By charge point: the period of the filter goes along with the rows, as availability needs it.


def _points(scope: Scope) -> QuerySet[Any]:
    rows = ChargePoint.objects.filter(site__in=scope.sites).select_related("site")
    texts = {name: Value("", output_field=CharField()) for name in ("asked_from", "asked_to")}
    rows = rows.annotate(asked_at=Value(scope.now, output_field=DateTimeField()), **texts)
    return rows.order_by("site__code", "position", "identity")


def _ask(name: str) -> Callable[[Rows, str], Rows]:
    return lambda rows, value: rows.annotate(**{f"asked_{name}": Value(value, output_field=CharField())})


def _period_of(row: Any) -> ReportPeriod:
    query = QueryDict(mutable=True)
    query.update({"from": row.asked_from, "to": row.asked_to})
    return read_report_period(query, timezone.localtime(row.asked_at).date())


def _complete(rows: list[Any]) -> None:
    period = _period_of(rows[0])
    span = Span(period.since, period.until, rows[0].asked_at)
    peaks = peaks_of({row.site_id for row in rows}, span)
    for row, line in zip(rows, point_lines(rows, span), strict=True):
        row.figures, row.period, row.peak_w = line.figures, period, line.peak_w
        row.whole_site_w = peaks.get((row.site_id, WHOLE_SITE))


class PointTotals:
    """The figures of charge points together, and the peak of each of their sites."""

    def __init__(self) -> None:
        self._whole: Figures | None = None
        self._peaks_w: dict[Site, float] = {}

    def add(self, rows: Sequence[Any]) -> None:
        """Take some more charge points."""
        for row in rows:
            self._whole = row.figures + (self._whole or Figures())
            if row.whole_site_w is not None:
                self._peaks_w[row.site] = row.whole_site_w

    def sums(self) -> list[Sum]:
        """Return the totals of the charge points so far; nothing is said of none."""
        whole = self._whole
        if whole is None:
            return []
        return [
            *(
                Sum(gettext("Peak of the site %(site)s") % {"site": site.name}, power_w / 1000, KW, 2)
                for site, power_w in self._peaks_w.items()
            ),
            Sum(gettext("Energy that counts"), whole.charges.energy_wh / 1000, KWH, 3),
            Sum(gettext("Transactions left out of it, as their meter is in doubt"), whole.charges.left_out),
            Sum(gettext("Energy measured by them"), whole.charges.left_out_wh / 1000, KWH, 3),
            Sum(gettext("Transactions"), whole.charges.count),
            *_share(gettext("Occupancy"), whole.occupancy),
            *_share(gettext("Availability"), whole.availability.share),
            Sum(gettext("Unserved requests"), whole.turned_away),
        ]


def _share(label: str, percent: float | None) -> list[Sum]:
    """Return a share as a total; none where nothing is known, which is not 0 %."""
    return [] if percent is None else [Sum(label, percent, "%", 1)]


def _charges(read: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda row: read(row.figures.charges)


POINTS: Final = Export(
    name="report-charge-points",
    title=_("Report by charge point"),
    whole=_("All charge points of these sites, this month"),
    rows=_points,
    filters=lambda scope: _dates(_ask, scope),
    fields=(
        Field("site", _("Site"), lambda row: row.site.name),
        Field("charge_point", _("Charge point"), lambda row: row.identity),
        Field("first", _("First day"), lambda row: row.period.first.isoformat(), width=12),
        Field("last", _("Last day"), lambda row: row.period.last.isoformat(), width=12),
        Field("energy", _("Energy that counts"), _charges(lambda c: c.energy_wh / 1000), Kind.NUMBER, KWH, 3),
        Field("count", _("Transactions"), _charges(lambda c: c.count), Kind.WHOLE),
        Field("left_out", _("Transactions left out"), _charges(lambda c: c.left_out), Kind.WHOLE),
        Field("left_out_kwh", _("Energy left out"), _charges(lambda c: c.left_out_wh / 1000),
              Kind.NUMBER, KWH, 3),
        Field("busy", _("Time plugged in"), _charges(lambda c: c.busy_s / 3600), Kind.NUMBER, "h", 2),
        Field("occupancy", _("Occupancy"), lambda row: row.figures.occupancy, Kind.NUMBER, "%", 1),
        Field("availability", _("Availability"), lambda row: row.figures.availability.share,
              Kind.NUMBER, "%", 2),
        Field("peak", _("Peak power of a charge"), _charges(lambda c: kilo(c.peak_w)), Kind.NUMBER, KW, 2),
        Field("site_peak", _("Simultaneous peak"), lambda row: kilo(row.peak_w), Kind.NUMBER, KW, 2),
        Field("refused", _("Badges refused"), lambda row: row.figures.unserved.refused, Kind.WHOLE),
        Field("failed", _("Starts that failed"), lambda row: row.figures.unserved.failed, Kind.WHOLE),
        Field("empty", _("Charges without energy"), lambda row: row.figures.unserved.empty, Kind.WHOLE),
    ),
    totals=PointTotals,
    complete=_complete,
)  # fmt: skip


# By vehicle and by day: sums over the transactions that started in the period.


def _started(name: str) -> Callable[[Rows, str], Rows]:
    def narrow(rows: Rows, value: str) -> Rows:
        moment = read_moment(value, end=name == "to")
        field = "started_at__lt" if name == "to" else "started_at__gte"
        return rows.filter(**{field: moment}) if moment else rows

    return narrow


def _transactions(scope: Scope) -> QuerySet[Any]:
    return Transaction.objects.filter(charge_point_id__in=point_ids(scope))


def _summed(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    length = ExpressionWrapper(Coalesce("ended_at", Value(now)) - F("started_at"), DurationField())
    idle = Q(ended_at__isnull=False, corrected_wh=None, energy_suspect=False, energy_wh__lt=EMPTY_WH)
    summed: QuerySet[Any] = rows.annotate(
        count=Count("number"),
        energy=SqlSum(Coalesce("corrected_wh", "energy_wh"), filter=~_DOUBTFUL, default=0.0),
        left_out=Count("number", filter=_DOUBTFUL),
        left_out_wh=SqlSum("energy_wh", filter=_DOUBTFUL, default=0.0),
        busy=SqlSum(length),
        peak=Max("power_peak_w"),
        empty=Count("number", filter=idle | Q(ended_at__isnull=False, corrected_wh__lt=EMPTY_WH)),
    )
    return summed


_SUMMED: Final = (
    Field("energy", _("Energy that counts"), lambda row: row["energy"] / 1000, Kind.NUMBER, KWH, 3),
    Field("count", _("Transactions"), lambda row: row["count"], Kind.WHOLE),
    Field("left_out", _("Transactions left out"), lambda row: row["left_out"], Kind.WHOLE),
    Field("left_out_kwh", _("Energy left out"), lambda row: row["left_out_wh"] / 1000, Kind.NUMBER, KWH, 3),
    Field("busy", _("Duration of the charges"), lambda row: row["busy"].total_seconds() / 3600,
          Kind.NUMBER, "h", 2),
    Field("peak", _("Peak power of a charge"), lambda row: kilo(row["peak"]), Kind.NUMBER, KW, 2),
    Field("empty", _("Charges without energy"), lambda row: row["empty"], Kind.WHOLE),
)  # fmt: skip


def _vehicles(scope: Scope) -> QuerySet[Any]:
    rows = _transactions(scope).values("vehicle__code", "vehicle__name")
    return _summed(rows, scope.now).order_by("vehicle__name", "vehicle__code")


def _days(scope: Scope) -> QuerySet[Any]:
    """Return the days with a charge; `only` is the one site that they are of, 0 if of several."""
    only = scope.sites[0].pk if len(scope.sites) == 1 else 0
    rows = _transactions(scope).annotate(
        day=TruncDay("started_at", tzinfo=timezone.get_current_timezone()),
        only=Value(only, output_field=BigIntegerField()),
    )
    return _summed(rows.values("day", "only"), scope.now).order_by("day")


def _days_of_sites(scope: Scope) -> QuerySet[Any]:
    day = TruncDay("started_at", tzinfo=timezone.get_current_timezone())
    name = F(f"charge_point__site__{name_column()}")
    rows = _transactions(scope).annotate(day=day, site_id=F("charge_point__site_id"), site=name)
    return _summed(rows.values("day", "site_id", "site"), scope.now).order_by("day", "site", "site_id")


def _complete_days_of_sites(rows: list[Any]) -> None:
    """Add the peaks of the sites."""
    span = _span_of_days(rows)
    zone = timezone.get_current_timezone()
    sites = {row["site_id"] for row in rows}
    peaks = {pk: peaks_over_time(Bucket.DAY, pk, span, zone) for pk in sites}
    for row in rows:
        row["site_peak"] = peaks[row["site_id"]].get(row["day"])


def _span_of_days(rows: list[Any]) -> Span:
    end = rows[-1]["day"] + timedelta(days=2)
    return Span(rows[0]["day"], end, end)


def _complete_days(rows: list[Any]) -> None:
    """Add the peak of the site."""
    zone = timezone.get_current_timezone()
    peaks = peaks_over_time(Bucket.DAY, rows[0]["only"], _span_of_days(rows), zone)
    for row in rows:
        row["site_peak"] = peaks.get(row["day"])


VEHICLES: Final = Export(
    name="report-vehicles",
    title=_("Report by vehicle"),
    whole=_("All transactions of these sites, whenever they started"),
    rows=_vehicles,
    filters=lambda scope: _dates(_started, scope),
    fields=(
        Field("vehicle", _("Vehicle"), lambda row: row["vehicle__name"] or gettext("Not known")),
        Field("code", _("Code"), lambda row: row["vehicle__code"]),
        *_SUMMED,
    ),
)
_DAY: Final = Field("day", _("Day"), lambda row: row["day"].date().isoformat(), width=12)
_SITE_PEAK: Final = Field(
    "site_peak", _("Peak of the site"), lambda row: kilo(row["site_peak"]), Kind.NUMBER, KW, 2
)
DAYS: Final = Export(
    name="report-days",
    title=_("Report by day"),
    whole=_("All transactions of these sites, whenever they started"),
    rows=_days,
    filters=lambda scope: _dates(_started, scope),
    fields=(_DAY, *_SUMMED, _SITE_PEAK),
    complete=_complete_days,
)
SITES: Final = Export(
    name="report-sites",
    title=_("Report by site and day"),
    whole=_("All transactions of these sites, whenever they started"),
    rows=_days_of_sites,
    filters=lambda scope: _dates(_started, scope),
    fields=(_DAY, Field("site", _("Site"), lambda row: row["site"]), *_SUMMED, _SITE_PEAK),
    complete=_complete_days_of_sites,
)
REPORTS: Final = (POINTS, VEHICLES, DAYS, SITES)
