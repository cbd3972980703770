"""Requests from the charge point (OCPP 1.6 §6).

Meters are in Wh. Timestamps are text as sent; `chargers.ocpp.times.parse_time` reads them.
"""

from __future__ import annotations

from chargers.ocpp.v16.messages.base import Message
from chargers.ocpp.v16.messages.metering import MeterValue


class AuthorizeReq(Message, frozen=True, kw_only=True):
    """May this id tag charge? (§6.1)."""

    id_tag: str


class BootNotificationReq(Message, frozen=True, kw_only=True):
    """The charge point has started (§6.3)."""

    charge_point_vendor: str
    charge_point_model: str
    charge_point_serial_number: str | None = None
    charge_box_serial_number: str | None = None
    firmware_version: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None


class DataTransferReq(Message, frozen=True, kw_only=True):
    """Something vendor-specific (§6.15); `data` is text, JSON if an object was sent instead."""

    vendor_id: str
    message_id: str | None = None
    data: str | None = None


class DiagnosticsStatusNotificationReq(Message, frozen=True, kw_only=True):
    """How the upload of diagnostics goes (§6.17)."""

    status: str


class FirmwareStatusNotificationReq(Message, frozen=True, kw_only=True):
    """How the firmware update goes (§6.19)."""

    status: str


class HeartbeatReq(Message, frozen=True, kw_only=True):
    """The charge point is there (§6.29)."""


class MeterValuesReq(Message, frozen=True, kw_only=True):
    """Readings of a connector, 0 being the main meter (§6.31)."""

    connector_id: int
    transaction_id: int | None = None
    meter_value: list[MeterValue]


class StartTransactionReq(Message, frozen=True, kw_only=True):
    """A transaction has started (§6.45); a meter of -1 is unknown."""

    connector_id: int
    id_tag: str
    meter_start: float
    timestamp: str | None = None
    reservation_id: int | None = None


class StatusNotificationReq(Message, frozen=True, kw_only=True):
    """The state of a connector, 0 being the charge point (§6.47)."""

    connector_id: int
    error_code: str
    status: str
    info: str | None = None
    timestamp: str | None = None
    vendor_id: str | None = None
    vendor_error_code: str | None = None


class StopTransactionReq(Message, frozen=True, kw_only=True):
    """A transaction has ended (§6.49); a meter or a transaction id of -1 is unknown."""

    transaction_id: int
    meter_stop: float
    timestamp: str | None = None
    id_tag: str | None = None
    reason: str | None = None
    transaction_data: list[MeterValue] | None = None
