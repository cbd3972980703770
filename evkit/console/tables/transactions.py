"""The table of transactions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from charging.models import Transaction
from evkit.console.drawing import soc_span
from evkit.console.formats import NARROW, duration, kilo, number
from evkit.console.moments import told
from evkit.console.reasons import flag_texts, stop_text
from evkit.console.selectors.history import mean_power_w
from evkit.console.selectors.transactions import transaction_url
from evkit.console.tables import cells
from evkit.console.tables.base import ListTable
from evkit.console.tables.columns import Column
from evkit.console.tables.paging import BoundedPaginator
from evkit.console.templatetags.evkit import icon
from evkit.console.vehicle_links import linked_vehicle


class TransactionTable(ListTable):
    """Transactions: when, where, who, how much, and why they ended."""

    paginated_by = BoundedPaginator

    number = Column(_("No."), sort=("number",), number=False, nullable=False, css="main-cell")
    start = Column(pgettext_lazy("of a transaction", "Start"), sort=("started_at",), nullable=False)
    end = Column(pgettext_lazy("of a transaction", "End"), sort=("ended_at",), endless=True)
    duration = Column(_("Duration"), sort=("length",), number=True)
    site = Column(_("Site"), sort=("charge_point__site__code",), nullable=False)
    place = Column(_("Charge point"), sort=("charge_point__identity", "evse__number"), nullable=False)
    vehicle = Column(_("Vehicle"), sort=("vehicle__name",))
    tag = Column(_("Badge"), "id_tag", usual=False)
    soc = Column(_("SoC (%)"), sort=("soc_last_percent",), number=True)
    energy = Column(_("Energy (kWh)"), sort=("counted_wh",), number=True, nullable=False)
    mean = Column(_("Mean (kW)"), number=True)
    peak = Column(_("Peak (kW)"), sort=("power_peak_w",), number=True)
    reason = Column(_("Reason"), sort=("stop_reason",), css="yields")
    flags = Column(pgettext_lazy("of a transaction", "Out of the ordinary"))
    meter_start = Column(_("Meter at start (kWh)"), number=True, usual=False)
    meter_stop = Column(_("Meter at stop (kWh)"), number=True, usual=False)

    def value_number(self, record: Transaction) -> int:
        """Return the number."""
        return record.number

    def render_number(self, record: Transaction) -> SafeString:
        """Lead to the transaction's page."""
        return format_html('<a class="text-link" href="{}">{}</a>', transaction_url(record), record.number)

    def value_start(self, record: Transaction) -> datetime:
        """Return when it started."""
        return record.started_at

    def render_start(self, record: Transaction) -> str:
        """Tell when it started."""
        return _moment(record.started_at, self.now)

    def value_end(self, record: Transaction) -> datetime | None:
        """Return when it ended."""
        return record.ended_at

    def render_end(self, record: Transaction) -> str:
        """Tell when it ended: the time alone on the day of the start."""
        if record.ended_at is None:
            return format_html('<span class="quiet">{}</span>', gettext("running"))
        same = timezone.localtime(record.ended_at).date() == timezone.localtime(record.started_at).date()
        if same:
            return told(record.ended_at, "H:i")
        return _moment(record.ended_at, self.now)

    def value_duration(self, record: Any) -> float:
        """Return the duration in hours."""
        hours: float = record.length.total_seconds() / 3600
        return hours

    def render_duration(self, record: Any) -> str:
        """Tell the duration."""
        return duration(record.length.total_seconds())

    def value_site(self, record: Transaction) -> str:
        """Return the name of the site."""
        site = record.charge_point.site
        return site.name if site else ""

    def value_place(self, record: Transaction) -> str:
        """Return charge point and connector."""
        return f"{record.charge_point.identity} / {record.evse.number}"

    def value_vehicle(self, record: Transaction) -> str:
        """Return the vehicle, else the badge."""
        return record.vehicle.name if record.vehicle else record.id_tag

    def render_vehicle(self, record: Transaction) -> str:
        """Lead to the vehicle's page."""
        return linked_vehicle(record.charge_point.site, record.vehicle, record.id_tag) or cells.QUIET

    def render_soc(self, record: Transaction) -> str:
        """Draw from which to which state of charge the battery was charged."""
        if record.soc_start_percent is None and record.soc_last_percent is None:
            return cells.QUIET
        text = f"{number(record.soc_start_percent)}{NARROW}→{NARROW}{number(record.soc_last_percent)}"
        bar = soc_span(record.soc_start_percent, record.soc_last_percent)
        drawn = '<span class="cell cell--end">{}<span class="span-text">{}</span></span>'
        return format_html(drawn, bar, text)

    def value_soc(self, record: Transaction) -> str:
        """Return both states of charge."""
        ends = (record.soc_start_percent, record.soc_last_percent)
        return "" if ends == (None, None) else " → ".join("?" if end is None else f"{end:g}" for end in ends)

    def value_energy(self, record: Transaction) -> float:
        """Return the energy in kWh: corrected, else measured."""
        energy = record.energy_wh if record.corrected_wh is None else record.corrected_wh
        return energy / 1000

    def render_energy(self, record: Transaction) -> str:
        """Tell the energy, and whether it counts as measured."""
        text = number(self.value_energy(record), 1)
        if record.corrected_wh is not None:
            return format_html('{}<small class="sub">{}</small>', text, gettext("corrected"))
        if record.energy_suspect:
            return format_html('{}<small class="sub flagged">{}</small>', text, gettext("in doubt"))
        return text

    def value_mean(self, record: Transaction) -> float | None:
        """Return the mean power in kW."""
        return kilo(mean_power_w(record, self.now))

    def render_mean(self, record: Transaction) -> str:
        """Tell the mean power."""
        return number(self.value_mean(record), 1)

    def value_peak(self, record: Transaction) -> float | None:
        """Return the highest power in kW."""
        return kilo(record.power_peak_w)

    def render_peak(self, record: Transaction) -> str:
        """Tell the highest power."""
        return number(self.value_peak(record), 1)

    def value_reason(self, record: Transaction) -> str:
        """Return why it ended."""
        return stop_text(record)

    def value_flags(self, record: Transaction) -> str:
        """Return what is out of the ordinary."""
        return "; ".join(flag_texts(record))

    def render_flags(self, record: Transaction) -> str:
        """Tell what is out of the ordinary: the first, and how many more there are."""
        texts = flag_texts(record)
        if not texts:
            return cells.QUIET
        others = format_html(" +{}", len(texts) - 1) if texts[1:] else ""
        return format_html(
            '<span class="flagged flagged--cell" title="{}">{}<span>{}</span>{}</span>',
            "; ".join(texts), icon("flag", "s"), texts[0], others,
        )  # fmt: skip

    def value_meter_start(self, record: Transaction) -> float | None:
        """Return the meter at the start in kWh."""
        return kilo(record.meter_start_wh)

    def render_meter_start(self, record: Transaction) -> str:
        """Tell the meter at the start."""
        return number(self.value_meter_start(record), 2)

    def value_meter_stop(self, record: Transaction) -> float | None:
        """Return the meter at the stop in kWh."""
        return kilo(record.meter_stop_wh)

    def render_meter_stop(self, record: Transaction) -> str:
        """Tell the meter at the stop."""
        return number(self.value_meter_stop(record), 2)


def _moment(moment: datetime, now: datetime) -> str:
    """Return a local time; the year only where it is not the present one."""
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime(now).year
    return told(moment, "j N H:i" if this_year else "j N Y H:i")
