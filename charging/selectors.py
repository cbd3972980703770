"""Reads that join transactions, their connectors and their meter values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from charging.metering.codec import Facets, pairs, unpack
from charging.metering.vendor_names import names_of
from charging.metering.vocabulary import CONTEXTS, FIRST_VENDOR, STANDARD, Kind
from charging.models import MeterSample, Transaction

AROUND = timedelta(hours=24)
"""Meter values of a transaction are looked for this far around it: some arrive after the stop."""

_HEADLINE = (
    ("power_w", "Power.Active.Import", "", "W"),
    ("energy_wh", "Energy.Active.Import.Register", "", "Wh"),
    ("current_l1_a", "Current.Import", "L1", "A"),
    ("current_l2_a", "Current.Import", "L2", "A"),
    ("current_l3_a", "Current.Import", "L3", "A"),
    ("voltage_v", "Voltage", "", "V"),
    ("soc_percent", "SoC", "", "Percent"),
    ("temperature_c", "Temperature", "", "Celsius"),
)
_NAMES = {kind: {number: name for name, number in names.items()} for kind, names in STANDARD.items()}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One value of a meter sample under its OCPP names, in base units; `value` may be signed data."""

    at: datetime
    measurand: str
    value: float | str
    unit: str
    phase: str
    context: str
    location: str


def open_transactions(charge_point_ids: Collection[int]) -> dict[int, Transaction]:
    """Return the open transactions of charge points by EVSE id, with vehicle, plan and id tag (one query)."""
    rows = Transaction.objects.open().filter(charge_point_id__in=charge_point_ids)
    return {row.evse_id: row for row in rows.select_related("vehicle", "id_token", "plan")}


def recent_transactions(charge_point_ids: Collection[int], limit: int = 20) -> QuerySet[Transaction]:
    """Return the transactions of charge points that started last, with what names them."""
    rows = Transaction.objects.filter(charge_point_id__in=charge_point_ids)
    return rows.select_related("charge_point", "evse", "vehicle").order_by("-started_at")[:limit]


def samples_of(transaction: Transaction) -> QuerySet[MeterSample]:
    """Return the meter samples of a transaction in the order of their time."""
    end = transaction.ended_at or transaction.measured_at or transaction.started_received_at
    return MeterSample.objects.filter(
        charge_point_id=transaction.charge_point_id,
        evse_number=transaction.evse.number,
        measured_at__gte=transaction.started_at - AROUND,
        measured_at__lte=end + AROUND,
        transaction_number=transaction.pk,
    ).order_by("measured_at")


def quantities_of(samples: Iterable[MeterSample]) -> Iterator[Quantity]:
    """Yield every value of meter samples: those with columns first, then all that is packed.

    A total that is the sum or the mean of phases comes beside the phases. Two queries at most.
    """
    rows = list(samples)
    packed = others_of(rows)
    following = next(packed, None)
    for row in rows:
        yield from _headline(row)
        while following is not None and following[0] is row:
            yield following[1]
            following = next(packed, None)


def others_of(rows: Sequence[MeterSample]) -> Iterator[tuple[MeterSample, Quantity]]:
    """Yield what has no column of its own, in the order of the samples, each with its sample."""
    vendor = names_of(_vendor_numbers(rows))
    for row in rows:
        for facets, value in pairs(row.packed):
            yield row, _quantity(row.measured_at, facets, value, vendor)
        for text in json.loads(row.texts or "[]"):
            yield row, _text_quantity(row.measured_at, text, vendor)


def _vendor_numbers(rows: Sequence[MeterSample]) -> set[int]:
    facets = [facets for row in rows for facets, _ in pairs(row.packed)]
    texts = [text for row in rows if row.texts for text in json.loads(row.texts)]
    facets += [unpack(text["code"]) for text in texts if "code" in text]
    return {number for each in set(facets) for number in each if number >= FIRST_VENDOR}


def _headline(row: MeterSample) -> Iterator[Quantity]:
    context = CONTEXTS[row.context] if row.context < len(CONTEXTS) else ""
    for column, measurand, phase, unit in _HEADLINE:
        value = getattr(row, column)
        if value is not None:
            yield Quantity(row.measured_at, measurand, value, unit, phase, context, "Outlet")


def _quantity(at: datetime, facets: Facets, value: float | str, vendor: dict[int, str]) -> Quantity:
    names = [
        _NAMES[kind].get(number) or vendor.get(number, "") for kind, number in zip(Kind, facets, strict=True)
    ]
    measurand, unit, phase, context, location = names
    return Quantity(at, measurand, value, unit, phase, context, location)


def _text_quantity(at: datetime, text: dict[str, object], vendor: dict[int, str]) -> Quantity:
    value = str(text["value"])
    names = text.get("names")
    if isinstance(names, list):
        measurand, unit, phase, context, location = map(str, names)
        return Quantity(at, measurand, value, unit, phase, context, location)
    return _quantity(at, unpack(float(str(text["code"]))), value, vendor)
