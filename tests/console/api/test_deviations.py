"""`deviations` of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chargers.models import ChargePoint, ChargePointState
from chargers.ocpp.deviations import Deviation
from chargers.services.deviations import count_deviations
from tests.factories import EARLY, ChargePointFactory


def note(point: ChargePoint, minutes: int, times: int = 1) -> None:
    """Record that a charge point sent a number as a text."""
    pairs = [(point.pk, Deviation("retyped", "MeterValues", "value"))] * times
    count_deviations(pairs, EARLY + timedelta(minutes=minutes))


def test_each_is_told_once_beside_the_sum_of_its_model(administrator: Any, mine: Any) -> None:
    twin, stranger = ChargePointFactory(site=mine.site), ChargePointFactory(site=mine.site)
    ChargePointState.objects.filter(pk__in=[mine.charge_point.pk, twin.pk]).update(vendor="V", model="M")
    ChargePointState.objects.filter(pk=stranger.pk).update(vendor="V", model="N")
    note(twin, 0)
    note(mine.charge_point, 10, times=2)
    note(mine.charge_point, 20)
    note(stranger, 30)
    [told] = administrator.get("charge-points/CP_MINE/deviations").json()["items"]
    model = told.pop("model")
    first = "2026-01-10T10:{:02}:00.000000Z".format
    assert told == {
        "code": "retyped",
        "action": "MeterValues",
        "detail": "value",
        "count": 3,
        "first_at": first(10),
        "last_at": first(20),
    }
    assert model == {"charge_points": 2, "count": 4, "first_at": first(0), "last_at": first(20)}
