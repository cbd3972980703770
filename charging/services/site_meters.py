"""Connector 0 of a charge point as the meter of its site (OCPP 1.6 §4.7: connector 0 is the main meter)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chargers.models import ChargePoint
from charging.metering.headline import Headline
from charging.metering.reading import Moment
from sites.services.external import MeterReading, record_meter_readings

if TYPE_CHECKING:
    from charging.services.metering import MeterReport


def record_site_meters(reports: Iterable[MeterReport]) -> None:
    """Store what the main meters among `reports` tell of their sites, where a charge point is their meter.

    One query where no main meter is a site's, none without one. Values that name a transaction are a
    vehicle's.
    """
    own = [report for report in reports if not report.evse_number and not (report.claimed or 0) > 0]
    if not own:
        return
    points = {report.call.link.charge_point_id for report in own}
    marked = ChargePoint.objects.filter(pk__in=points, site__isnull=False).exclude(site_meter="")
    sites = dict(marked.values_list("pk", "site_id"))
    readings: dict[int, list[MeterReading]] = {}
    received_at = max(report.call.received_at for report in own)
    for report in sorted(own, key=lambda report: (report.call.received_at, report.call.sequence)):
        site_id = sites.get(report.call.link.charge_point_id)
        told = [reading for moment in report.moments if (reading := _reading(moment)).says_something]
        if site_id is not None and told:
            readings.setdefault(site_id, []).extend(told)
    if readings:
        record_meter_readings(readings=readings, now=received_at)


def _reading(moment: Moment) -> MeterReading:
    headline = moment.headline
    return MeterReading(at=moment.order_at, power_w=headline.power_w, current_a=_phases(headline))


def _phases(headline: Headline) -> tuple[float | None, ...]:
    """Return the current per phase in A."""
    return headline.current_l1_a, headline.current_l2_a, headline.current_l3_a
