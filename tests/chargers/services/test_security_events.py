"""Security events that charge points tell of (security whitepaper, A04)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chargers.events import ChargePointChanged
from chargers.models import SecurityEvent
from chargers.ocpp.v16 import security_event_notification
from chargers.services import security_events
from tests.chargers.exchange import NOW, call_of, codes, handled, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db
NOON = "2026-03-01T12:00:00Z"


def tell(link: Any, kind: str, *, at: str = NOON, message_id: str = "", info: str = "x") -> Any:
    payload = {"type": kind, "timestamp": at, "techInfo": info}
    call = call_of(link, "SecurityEventNotification", payload, message_id=message_id)
    answer, batch = handled(security_event_notification.handle, call)
    assert answer == b"{}"
    return call, batch


def test_an_event_is_stored_with_its_own_time_and_its_weight() -> None:
    link = link_of(ChargePointFactory())
    _call, batch = tell(link, "TamperDetectionActivated", info="door 2")
    row = SecurityEvent.objects.get()
    assert (row.type, row.critical, row.tech_info) == ("TamperDetectionActivated", True, "door 2")
    assert (row.at, row.received_at) == (datetime(2026, 3, 1, 12, tzinfo=UTC), NOW)
    assert batch.events == [ChargePointChanged(link.charge_point_id, link.site_id)]


@pytest.mark.parametrize(
    ("kind", "critical"),
    [("startupofthedevice", True), ("InvalidMessages", False), ("OfTheVendorsOwn", False)],
)
def test_the_weight_is_that_of_the_specification(kind: str, critical: bool) -> None:
    tell(link_of(ChargePointFactory()), kind)
    assert SecurityEvent.objects.get().critical is critical


def test_a_repetition_is_stored_once_and_another_event_again() -> None:
    link = link_of(ChargePointFactory())
    for _ in range(2):
        tell(link, "InvalidMessages", message_id="same")
    tell(link, "InvalidMessages", message_id="other")
    tell(link_of(ChargePointFactory()), "InvalidMessages", message_id="same")
    assert SecurityEvent.objects.count() == 3


def test_a_time_that_cannot_be_is_replaced_by_that_of_receipt_and_recorded() -> None:
    call, _batch = tell(link_of(ChargePointFactory()), "InvalidMessages", at="1970-01-01T00:00:00Z")
    assert SecurityEvent.objects.get().at == NOW
    assert [deviation.code for deviation in call.deviations] == ["implausible-timestamp"]
    assert codes(_batch) == []


def test_a_flood_of_one_weight_hides_nothing_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_events, "KEPT", 3)
    link = link_of(ChargePointFactory())
    tell(link, "TamperDetectionActivated")
    for number in range(5):
        tell(link, "InvalidMessages", info=str(number))
    left = SecurityEvent.objects.order_by("pk").values_list("type", "tech_info")
    assert list(left) == [
        ("TamperDetectionActivated", "x"),
        ("InvalidMessages", "2"),
        ("InvalidMessages", "3"),
        ("InvalidMessages", "4"),
    ]
