"""Meter values as a table to export (R24)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from charging.metering.vocabulary import CONTEXTS
from charging.models import MeterSample
from charging.selectors import others_of
from evkit.console.exports.description import Export, Field, Kind, Scope
from evkit.console.exports.points import name_points, point_filters, point_ids
from evkit.console.formats import kilo
from evkit.console.tables.filtering import Filter, Rows
from evkit.console.tables.filtering import Kind as FilterKind


def _context(row: MeterSample) -> str:
    return CONTEXTS[row.context] if row.context < len(CONTEXTS) else ""


FIELDS = (
    Field("charge_point", _("Charge point"), lambda row: row.identity),
    Field("connector", _("Connector"), lambda row: row.evse_number, Kind.WHOLE),
    Field("time", _("Time"), lambda row: row.measured_at, Kind.MOMENT),
    Field("transaction", _("Transaction"), lambda row: row.transaction_number, Kind.WHOLE),
    Field("power", _("Power"), lambda row: kilo(row.power_w), Kind.NUMBER, "kW", 3),
    Field("energy", _("Energy register"), lambda row: kilo(row.energy_wh), Kind.NUMBER, "kWh", 3),
    Field("current_l1", _("Current L1"), lambda row: row.current_l1_a, Kind.NUMBER, "A", 2),
    Field("current_l2", _("Current L2"), lambda row: row.current_l2_a, Kind.NUMBER, "A", 2),
    Field("current_l3", _("Current L3"), lambda row: row.current_l3_a, Kind.NUMBER, "A", 2),
    Field("voltage", _("Voltage"), lambda row: row.voltage_v, Kind.NUMBER, "V", 1),
    Field("soc", _("State of charge"), lambda row: row.soc_percent, Kind.NUMBER, "%", 1),
    Field("temperature", _("Temperature"), lambda row: row.temperature_c, Kind.NUMBER, "°C", 1),
    Field("received", _("Received"), lambda row: row.received_at, Kind.MOMENT, usual=False),
    Field("context", _("Occasion"), _context, usual=False),
    Field("others", _("All other values"), lambda row: row.others, usual=False, width=60),
)


def _rows(scope: Scope) -> QuerySet[Any]:
    rows = MeterSample.objects.filter(charge_point_id__in=point_ids(scope))
    return rows.order_by("charge_point_id", "evse_number", "measured_at", "fingerprint")


def _of_transaction(rows: Rows, value: str) -> Rows:
    known = value.isascii() and value.isdigit() and len(value) <= 10
    return rows.filter(transaction_number=int(value)) if known else rows.none()


def _connector(rows: Rows, value: str) -> Rows:
    known = value.isascii() and value.isdigit() and len(value) < 5
    return rows.filter(evse_number=int(value)) if known else rows.none()


def _filters(scope: Scope) -> list[Filter]:
    return [
        *point_filters(scope, "measured_at"),
        Filter("connector", _("Connector"), _connector, FilterKind.TEXT),
        Filter("transaction", _("Transaction"), _of_transaction, FilterKind.TEXT),
    ]


def _complete(rows: list[Any]) -> None:
    """Name the charge points, and unpack what has no column of its own."""
    name_points(rows)
    found: dict[object, list[str]] = defaultdict(list)
    for row, quantity in others_of(rows):
        name = " ".join(filter(None, [quantity.measurand, quantity.phase, quantity.location]))
        value = f"{quantity.value:g}" if isinstance(quantity.value, float) else quantity.value
        found[id(row)].append(f"{name} = {value} {quantity.unit}".rstrip())
    for row in rows:
        row.others = "; ".join(found[id(row)])


EXPORT = Export(
    name="meter-values",
    title=_("Meter values"),
    whole=_("All meter values of these sites that are still kept"),
    rows=_rows,
    filters=_filters,
    fields=FIELDS,
    complete=_complete,
)
