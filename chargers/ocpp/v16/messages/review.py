"""What is legal in a request of OCPP 1.6, but notable, as far as the payload alone tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from chargers.ocpp.deviations import DeviationLog
from chargers.ocpp.times import odd_time
from chargers.ocpp.v16.messages.requests import (
    DataTransferReq,
    MeterValuesReq,
    StartTransactionReq,
    StatusNotificationReq,
    StopTransactionReq,
)
from chargers.ocpp.v16.messages.review_readings import review_readings
from chargers.ocpp.v16.messages.security import SecurityEventNotificationReq

_VERSION_NUMBER = re.compile(r"[vV]?\d+(?:\.\d+)+", re.ASCII)


def _time(text: str | None, log: DeviationLog) -> None:
    odd = odd_time(text) if text is not None else None
    if odd is not None:
        log.add(odd[0], "timestamp", odd[1])


def _not_positive(transaction_id: int | None, log: DeviationLog) -> None:
    if transaction_id is not None and transaction_id <= 0:
        log.add("transaction-id-not-positive", "transactionId", "such an id is never issued")


def _negative(meter: float, place: str, log: DeviationLog) -> None:
    if meter < 0:
        log.add("negative-meter", place, "the meter is below zero")


def review_meter_values(message: MeterValuesReq, log: DeviationLog) -> None:
    """Review §6.31."""
    _not_positive(message.transaction_id, log)
    review_readings(message.meter_value, "meterValue", log, main_meter=message.connector_id == 0)
    if message.connector_id < 0:
        log.add("negative-connector", "connectorId", "the connector's number is below zero")


def review_start(message: StartTransactionReq, log: DeviationLog) -> None:
    """Review §6.45."""
    _time(message.timestamp, log)
    _negative(message.meter_start, "meterStart", log)
    if message.connector_id <= 0:
        log.add("connector-not-positive", "connectorId", "a transaction needs a connector above 0")


def review_stop(message: StopTransactionReq, log: DeviationLog) -> None:
    """Review §6.49."""
    _time(message.timestamp, log)
    _not_positive(message.transaction_id, log)
    _negative(message.meter_stop, "meterStop", log)
    if message.transaction_data:
        review_readings(message.transaction_data, "transactionData", log, main_meter=False)


def review_status(message: StatusNotificationReq, log: DeviationLog) -> None:
    """Review §6.47."""
    if message.timestamp is None:
        log.add("missing-timestamp", "timestamp", "the time of the change is left out")
    _time(message.timestamp, log)
    if message.connector_id < 0:
        log.add("negative-connector", "connectorId", "the connector's number is below zero")
    if message.info is not None and message.info.strip().lower() == "null":
        log.add("null-as-text", "info", "the word null")
    if message.vendor_id is not None and _VERSION_NUMBER.fullmatch(message.vendor_id):
        log.add("version-as-vendor", "vendorId", "a version number instead of a vendor")


def review_data_transfer(message: DataTransferReq, log: DeviationLog) -> None:
    """Review §6.15."""
    if message.data is not None and message.data.lstrip()[:1] in ("{", "["):
        log.add("json-in-text", "data", "JSON inside text")


def review_security_event(message: SecurityEventNotificationReq, log: DeviationLog) -> None:
    """Review §5.15 of the security whitepaper."""
    _time(message.timestamp, log)


REVIEWS: Final[Mapping[str, Callable[[Any, DeviationLog], None]]] = MappingProxyType(
    {
        "DataTransfer": review_data_transfer,
        "MeterValues": review_meter_values,
        "SecurityEventNotification": review_security_event,
        "StartTransaction": review_start,
        "StatusNotification": review_status,
        "StopTransaction": review_stop,
    }
)
