"""Reads the meter of what a site draws beside its charge points: who it is, and what it told last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from chargers.models import ChargePoint, ConfigurationKey
from charging.services.smart.base_load import BaseLoad, Reading, base_load, total_w
from evkit.console.formats import NARROW, duration, kilo, number, quantity
from evkit.console.selectors.overview import charge_point_url
from sites.models import Site, SiteMeterReading

INTERVAL: Final = "ClockAlignedDataInterval"
MEASURANDS: Final = "MeterValuesAlignedData"
NEEDED: Final = ("Power.Active.Import", "Current.Import")
LONGEST_S: Final = 60
"""A reading counts for two minutes: at this interval one may get lost."""

OFTEN: Final = timedelta(seconds=75)
LATELY: Final = timedelta(minutes=4)


@dataclass(frozen=True, slots=True)
class SiteMeter:
    """The meter of a site; `point` is the charge point that reads it, None where only the API tells."""

    site: Site
    point: ChargePoint | None
    load: BaseLoad | None
    now: datetime
    warnings: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether there is a meter, or was one."""
        return self.point is not None or self.load is not None

    @property
    def silent(self) -> bool:
        """Whether it should have told something lately and has not."""
        return self.load is None or not self.load.fresh

    @property
    def counts_w(self) -> float:
        """What counts on the limits, in W."""
        return total_w(self.load.counts, self.site.voltage_v) if self.load else 0.0

    @property
    def href(self) -> str:
        """The address of the charge point."""
        return charge_point_url(self.point) if self.point else ""

    @property
    def configuration_href(self) -> str:
        """The address of its configuration."""
        if self.point is None:
            return ""
        return reverse("charge_point_configuration", args=[self.site.code, self.point.identity])

    @property
    def words(self) -> str:
        """Say what it told last, how long ago that is, and what counts where that is another value."""
        if self.load is None:
            return _("has told nothing yet: nothing counts")
        words = {
            "told": self._written(self.load.told),
            "age": duration((self.now - self.load.at).total_seconds()),
            "counts": self._written(self.load.counts),
        }
        if self.load.fresh:
            return _("%(told)s, %(age)s ago") % words
        return (
            _("silent, last %(told)s, %(age)s ago; the most of the day before that counts: %(counts)s")
            % words
        )

    def _written(self, reading: Reading) -> str:
        power, *currents = reading
        text = quantity(kilo(total_w(reading, self.site.voltage_v) if power is None else power), "kW", 1)
        if all(each is None for each in currents):
            return text
        return f"{text} ({' / '.join(number(each) for each in currents)}{NARROW}A)"


def site_meter_of(site: Site, now: datetime) -> SiteMeter:
    """Return the meter of a site and what counts of it now."""
    point = ChargePoint.objects.filter(site=site).exclude(site_meter="").only("identity", "name").first()
    load = base_load(site, now)
    if point is None:
        return SiteMeter(site, None, load, now)
    point.site = site
    return SiteMeter(site, point, load, now, _warnings(point, site, now))


def _warnings(point: ChargePoint, site: Site, now: datetime) -> tuple[str, ...]:
    """Return why its configuration does not let it be the meter; nothing where readings come often."""
    keys = ConfigurationKey.objects.filter(Q(key__iexact=INTERVAL) | Q(key__iexact=MEASURANDS), known=True)
    reported = keys.filter(charge_point=point).exclude(value=None).values_list("key", "value")
    found = tuple(_unfit({key.lower(): value or "" for key, value in reported}))
    return () if found and _come_often(site, now) else found


def _unfit(reported: Mapping[str, str]) -> Iterator[str]:
    """Say what has to be set, by the values that were reported (keys in lower case)."""
    interval, measurands = reported.get(INTERVAL.lower(), ""), reported.get(MEASURANDS.lower())
    seconds = int(interval) if interval.isdecimal() else LONGEST_S
    if not seconds:
        yield _("ClockAlignedDataInterval is 0: it tells nothing by itself. Set it to 60.")
    elif seconds > LONGEST_S:
        text = _(
            "ClockAlignedDataInterval is %(seconds)d: a reading counts for 120 s only. Set it to 60 or less."
        )
        yield text % {"seconds": seconds}
    if measurands is not None and not any(name.lower() in measurands.lower() for name in NEEDED):
        yield _(
            "MeterValuesAlignedData names neither Power.Active.Import nor Current.Import. Add one of them."
        )


def _come_often(site: Site, now: datetime) -> bool:
    """Tell whether readings came all the time lately, whoever sends them and however that is configured."""
    rows = SiteMeterReading.objects.filter(site=site, at__gt=now - LATELY).order_by("at")
    times = [now - LATELY, *rows.values_list("at", flat=True), now]
    return all(later - earlier <= OFTEN for earlier, later in pairwise(times))
