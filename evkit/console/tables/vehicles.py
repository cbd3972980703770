"""The list of vehicles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from charging.models import Transaction
from evkit.console.drawing import battery
from evkit.console.formats import NARROW, kilo, number
from evkit.console.selectors.transactions import transaction_url
from evkit.console.selectors.vehicles import Presence
from evkit.console.tables import cells
from evkit.console.tables.base import ListTable
from evkit.console.tables.columns import Column
from evkit.console.tables.paging import BoundedPaginator
from evkit.console.templatetags.evkit import icon


class VehicleTable(ListTable):
    """Vehicles: where they charge or charged last, how much, and when they usually leave.

    `vehicle_table` says the site whose pages the names lead to.
    """

    paginated_by = BoundedPaginator
    site_code = ""

    vehicle = Column(_("Vehicle"), sort=("name",), nullable=False, css="main-cell")
    place = Column(_("Last charge"))
    seen = Column(pgettext_lazy("of a vehicle", "Last seen"), sort=("seen_at",), number=True, live=True)
    soc = Column(_("SoC"), number=True)
    energy = Column(_("Energy of 30 days (kWh)"), sort=("recent_wh",), number=True)
    departs = Column(_("Usual departure"), sort=("departs",), number=True)
    needs = Column(_("Usual need (kWh)"), sort=("needs_wh",), number=True, css="yields")
    battery = Column(_("Battery (kWh)"), sort=("battery_wh",), number=True, css="yields")
    priority = Column(_("Priority"), "priority", number=True, css="yields")
    tags = Column(pgettext_lazy("of a vehicle", "Badges"), css="yields long")
    code = Column(_("Code"), "code", usual=False)

    @staticmethod
    def last(record: Any) -> Transaction | None:
        """Return the charge that runs, else the last one."""
        loaded: list[Transaction] = record.last
        return loaded[0] if loaded else None

    def value_vehicle(self, record: Any) -> str:
        """Return the name."""
        return str(record.name)

    def render_vehicle(self, record: Any) -> SafeString:
        """Lead to the vehicle's page."""
        href = reverse("vehicle", args=[self.site_code, record.code])
        drawn = '<span class="cell">{}<a id="open-{}" href="{}">{}</a></span>'
        return format_html(drawn, icon("bus", "s"), record.pk, href, record.name)

    def value_place(self, record: Any) -> str:
        """Return charge point and connector of the last charge."""
        row = self.last(record)
        return "" if row is None else f"{row.charge_point.identity} / {row.evse.number}"

    def render_place(self, record: Any) -> SafeString:
        """Lead to the last charge; tell the site where it was another one."""
        row = self.last(record)
        if row is None:
            return cells.QUIET
        site = row.charge_point.site
        elsewhere = site is not None and site.code != self.site_code
        below = format_html('<small class="sub">{}</small>', site) if elsewhere else ""
        link = '<span><a class="text-link" href="{}">{}</a>{}</span>'
        return format_html(link, transaction_url(row), self.value_place(record), below)

    def value_seen(self, record: Any) -> datetime | None:
        """Return when its last charge ended; now while it runs."""
        seen: datetime | None = record.seen_at
        return seen

    def render_seen(self, record: Any) -> str:
        """Tell that it charges, else how long ago it did."""
        if record.presence == Presence.CHARGING:
            return gettext("charging now")
        return cells.age(record.seen_at, self.now)

    def value_soc(self, record: Any) -> float | None:
        """Return the state of charge in percent while it charges."""
        row = self.last(record)
        return row.soc_last_percent if row is not None and row.ended_at is None else None

    def render_soc(self, record: Any) -> str:
        """Draw the battery while it charges."""
        soc = self.value_soc(record)
        if soc is None:
            return cells.QUIET
        shown = f"{number(soc)}{NARROW}%"
        return format_html('<span class="cell cell--end">{}{}</span>', battery(soc), shown)

    def value_energy(self, record: Any) -> float | None:
        """Return the energy of the charges that began in the last 30 days, in kWh."""
        return kilo(record.recent_wh)

    def render_energy(self, record: Any) -> str:
        """Tell that energy."""
        return _kwh(record.recent_wh, 1)

    def value_departs(self, record: Any) -> str:
        """Return when it usually leaves, by the clock of its site."""
        return f"{record.departs:%H:%M}" if record.departs else ""

    def value_needs(self, record: Any) -> float | None:
        """Return what it usually charges until then, in kWh."""
        return kilo(record.needs_wh)

    def render_needs(self, record: Any) -> str:
        """Tell that need."""
        return _kwh(record.needs_wh, 1)

    def value_battery(self, record: Any) -> float | None:
        """Return what its battery holds, in kWh."""
        return kilo(record.battery_wh)

    def render_battery(self, record: Any) -> str:
        """Tell that capacity."""
        return _kwh(record.battery_wh)

    def render_priority(self, record: Any) -> str:
        """Tell the priority; 0 says nothing."""
        return number(record.priority) if record.priority else cells.QUIET

    def value_tags(self, record: Any) -> str:
        """Return its badges."""
        return ", ".join(token.value for token in record.id_tokens.all())


def _kwh(value_wh: float | None, decimals: int = 0) -> str:
    return cells.QUIET if value_wh is None else number(kilo(value_wh), decimals)


def vehicle_table(site_code: str) -> type[VehicleTable]:
    """Return the table whose names lead to the pages of a site."""
    return type("SiteVehicleTable", (VehicleTable,), {"site_code": site_code})
