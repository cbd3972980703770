"""Reads the meter of what a site draws beside its charge points: who it is, and what it told last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chargers.models import ChargePoint
from charging.services.smart.base_load import BaseLoad, Reading, base_load, total_w
from evkit.console.formats import NARROW, duration, kilo, number, quantity
from evkit.console.selectors.overview import charge_point_url
from sites.models import Site


@dataclass(frozen=True, slots=True)
class SiteMeter:
    """The meter of a site; `point` is the charge point that reads it, None where only the API tells."""

    site: Site
    point: ChargePoint | None
    load: BaseLoad | None
    now: datetime

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
    if point is not None:
        point.site = site
    return SiteMeter(site, point, base_load(site, now), now)
