"""`transactions/{number}/meter-values`: what the meter showed during a transaction, unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from ninja import Query, Router, Schema

from charging.models import MeterSample
from charging.selectors import quantities_of, samples_of
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.resources.transactions import get_transaction
from evkit.console.api.types import Moment, Page

router = Router(tags=["transactions"])
ORDER = Order("measured_at", "fingerprint", types=[datetime, int])


class QuantityOut(Schema):
    """One value under its OCPP names, in base units (W, Wh, A, V, Celsius, Percent); signed data is text."""

    measurand: str
    value: float | str
    unit: str
    phase: str
    context: str
    location: str


class MeterValueOut(Schema):
    """Everything that the meter showed at one moment."""

    at: Moment
    values: list[QuantityOut]


@router.get(
    "transactions/{int:number}/meter-values",
    response=Page[MeterValueOut],
    summary="Meter values of a transaction, the oldest first",
)
def list_meter_values(request: ApiRequest, number: int, paging: Query[Paging]) -> Page[MeterValueOut]:
    """Return the meter values of a transaction; `limit` counts stored samples."""
    refuse_unknown_parameters(request, Paging)
    transaction = get_transaction(request.auth, number)
    samples, cursor = ORDER.page(samples_of(transaction), paging)
    return Page[MeterValueOut](items=_out(samples), next_cursor=cursor)


def _out(samples: Sequence[MeterSample]) -> list[MeterValueOut]:
    moments = groupby(quantities_of(samples), key=lambda quantity: quantity.at)
    return [
        MeterValueOut(at=at, values=[QuantityOut.model_validate(quantity) for quantity in quantities])
        for at, quantities in moments
    ]
