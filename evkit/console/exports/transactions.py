"""Transactions as a table to export (R23)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from evkit.console.exports.description import Export, Field, Kind, Scope, Sum
from evkit.console.formats import kilo
from evkit.console.history_filters import transaction_filters
from evkit.console.reasons import flag_texts, stop_text
from evkit.console.selectors.history import listed_transactions, power_over
from evkit.console.tables.filtering import Filter
from sites.models.site import name_column

KWH, KW = "kWh", "kW"


def _trust(row: Any) -> str:
    if row.corrected_wh is not None:
        return gettext("corrected")
    return gettext("in doubt") if row.energy_suspect else gettext("measured")


def _trusted_wh(row: Any) -> float | None:
    return None if row.corrected_wh is None and row.energy_suspect else row.counted_wh


def _mean(row: Any) -> float | None:
    until = row.ended_at or row.measured_at or row.started_at
    return kilo(power_over(_trusted_wh(row), row.started_at, until))


def _hours(row: Any) -> float:
    hours: float = row.length.total_seconds() / 3600
    return hours


def _energy(name: str, label: Promise, value_wh: Callable[[Any], float | None]) -> Field:
    """Return a column of energies that is there only if all are asked for."""
    return Field(name, label, lambda row: kilo(value_wh(row)), Kind.NUMBER, KWH, 3, usual=False)


FIELDS = (
    Field("number", _("Number"), lambda row: row.number, Kind.WHOLE),
    Field("start", pgettext_lazy("of a transaction", "Start"), lambda row: row.started_at, Kind.MOMENT),
    Field("end", pgettext_lazy("of a transaction", "End"), lambda row: row.ended_at, Kind.MOMENT),
    Field("duration", _("Duration"), _hours, Kind.NUMBER, "h", 2),
    Field("charge_point", _("Charge point"), lambda row: row.charge_point__identity),
    Field("connector", _("Connector"), lambda row: row.evse__number, Kind.WHOLE),
    Field("vehicle", _("Vehicle"), lambda row: row.vehicle__name),
    Field("soc_start", _("SoC at start"), lambda row: row.soc_start_percent, Kind.NUMBER, "%"),
    Field("soc_end", _("SoC at end"), lambda row: row.soc_last_percent, Kind.NUMBER, "%"),
    Field("energy", _("Energy"), lambda row: row.counted_wh / 1000, Kind.NUMBER, KWH, 3),
    Field("reason", _("Reason of the stop"), stop_text, width=28),
    Field("trust", _("Energy is"), _trust, usual=False, width=12),
    _energy("trusted", _("Energy that counts"), _trusted_wh),
    _energy("measured", _("Measured energy"), lambda row: row.energy_wh),
    Field("mean", _("Mean power"), _mean, Kind.NUMBER, KW, 2, usual=False),
    Field("peak", _("Peak power"), lambda row: kilo(row.power_peak_w), Kind.NUMBER, KW, 2, usual=False),
    Field("tag", _("Badge"), lambda row: row.id_tag, usual=False),
    Field("stop_tag", _("Stopped with badge"), lambda row: row.stop_id_tag, usual=False),
    Field("site", _("Site"), lambda row: row.site_name, usual=False),
    _energy("meter_start", _("Meter at start"), lambda row: row.meter_start_wh),
    _energy("meter_stop", _("Meter at stop"), lambda row: row.meter_stop_wh),
    Field("flags", pgettext_lazy("of a transaction", "Out of the ordinary"),
          lambda row: "; ".join(flag_texts(row)), usual=False, width=40),
    Field("remote_id", _("Number at the charge point"), lambda row: row.remote_id, usual=False),
    Field("connected", _("Connected"), lambda row: row.connected_at, Kind.MOMENT, usual=False),
    Field("authorised", _("Authorised"), lambda row: row.authorised_at, Kind.MOMENT, usual=False),
    Field("charging", _("Charging since"), lambda row: row.charging_at, Kind.MOMENT, usual=False),
)  # fmt: skip


COLUMNS = (
    "number", "remote_id", "charge_point__identity", "evse__number", "vehicle__name", "site_name", "id_tag",
    "stop_id_tag", "connected_at", "authorised_at", "started_at", "charging_at", "ended_at", "measured_at",
    "stop_reason", "meter_start_wh", "meter_stop_wh", "energy_wh", "energy_suspect", "corrected_wh",
    "power_peak_w", "soc_start_percent", "soc_last_percent", "flags", "length", "counted_wh",
)  # fmt: skip


def _rows(scope: Scope) -> QuerySet[Any]:
    name = F(f"charge_point__site__{name_column()}")
    return listed_transactions(scope.sites, scope.now).annotate(site_name=name)


def _filters(scope: Scope) -> list[Filter]:
    return transaction_filters(scope.sites, scope.now)


class TransactionTotals:
    """Energies in Wh, hours and the highest power of transactions, added up row by row."""

    def __init__(self) -> None:
        self._trusted_wh = self._left_out_wh = self._hours = self._peak_w = 0.0
        self._left_out = 0

    def add(self, rows: Sequence[Any]) -> None:
        """Take some more rows."""
        for row in rows:
            trusted_wh = _trusted_wh(row)
            if trusted_wh is None:
                self._left_out += 1
                self._left_out_wh += row.energy_wh
            else:
                self._trusted_wh += trusted_wh
            if row.ended_at is not None:
                self._hours += (row.ended_at - row.started_at).total_seconds() / 3600
            self._peak_w = max(self._peak_w, row.power_peak_w or 0.0)

    def sums(self) -> list[Sum]:
        """Return the totals of the rows so far."""
        return [
            Sum(gettext("Energy that counts"), self._trusted_wh / 1000, KWH, 3),
            Sum(gettext("Transactions left out of it, as their meter is in doubt"), self._left_out),
            Sum(gettext("Energy measured by them"), self._left_out_wh / 1000, KWH, 3),
            Sum(gettext("All durations, of ended transactions"), self._hours, "h", 2),
            Sum(gettext("Highest power"), self._peak_w / 1000, KW, 1),
        ]


EXPORT = Export(
    name="transactions",
    title=_("Transactions"),
    whole=_("All transactions of these sites, running and ended"),
    rows=_rows,
    filters=_filters,
    fields=FIELDS,
    columns=COLUMNS,
    totals=TransactionTotals,
)
