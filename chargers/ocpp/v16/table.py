"""The OCPP 1.6 actions of this app, both ways; `evkit.wiring` adds those of other apps."""

from __future__ import annotations

from collections.abc import Mapping

from chargers.ocpp.handling import Route
from chargers.ocpp.v16 import (
    boot_notification,
    data_transfer,
    diagnostics_status_notification,
    firmware_status_notification,
    heartbeat,
    log_status_notification,
    security_event_notification,
    sign_certificate,
    signed_firmware_status_notification,
    status_notification,
)
from chargers.ocpp.v16.commands.table import COMMANDS

__all__ = ["COMMANDS", "ROUTES"]

ROUTES: Mapping[str, Route] = {
    "BootNotification": boot_notification.ROUTE,
    "DataTransfer": data_transfer.ROUTE,
    "DiagnosticsStatusNotification": diagnostics_status_notification.ROUTE,
    "FirmwareStatusNotification": firmware_status_notification.ROUTE,
    "Heartbeat": heartbeat.ROUTE,
    "LogStatusNotification": log_status_notification.ROUTE,
    "SecurityEventNotification": security_event_notification.ROUTE,
    "SignCertificate": sign_certificate.ROUTE,
    "SignedFirmwareStatusNotification": signed_firmware_status_notification.ROUTE,
    "StatusNotification": status_notification.ROUTE,
}
