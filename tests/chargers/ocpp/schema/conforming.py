"""Payloads that follow the specification to the letter, one or more per message."""

from __future__ import annotations

from typing import Any

TIME = "2025-03-01T12:00:00Z"

READINGS: list[dict[str, Any]] = [
    {
        "timestamp": TIME,
        "sampledValue": [
            {"value": "1234"},
            {"value": "1.5", "measurand": "Energy.Active.Import.Register", "unit": "kWh"},
            {"value": "230.1", "measurand": "Voltage", "phase": "L1-N", "unit": "V"},
            {"value": "16", "measurand": "Current.Import", "phase": "L1", "unit": "A", "location": "Outlet"},
            {"value": "-3.2e1", "measurand": "Power.Active.Import", "unit": "kW", "context": "Trigger"},
            {"value": "49.98", "measurand": "Frequency", "unit": "Hertz"},
            {"value": "0.98", "measurand": "Power.Factor"},
            {"value": "21", "measurand": "Temperature", "unit": "Celsius", "location": "Body"},
            {"value": "80", "measurand": "SoC", "unit": "Percent", "location": "EV"},
            {"value": "OVF1LTAtMTo=", "format": "SignedData", "context": "Transaction.End"},
        ],
    }
]

REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("Authorize", {"idTag": "B4A63CDF2212"}),
    ("BootNotification", {"chargePointVendor": "Vendor", "chargePointModel": "Model"}),
    (
        "BootNotification",
        {
            "chargePointVendor": "Vendor",
            "chargePointModel": "Model",
            "chargePointSerialNumber": "1",
            "chargeBoxSerialNumber": "2",
            "firmwareVersion": "1.0",
            "iccid": "8933",
            "imsi": "208",
            "meterType": "M",
            "meterSerialNumber": "3",
        },
    ),
    ("DataTransfer", {"vendorId": "com.vendor", "messageId": "m", "data": "plain text"}),
    ("DiagnosticsStatusNotification", {"status": "Uploading"}),
    ("FirmwareStatusNotification", {"status": "Installed"}),
    ("Heartbeat", {}),
    ("MeterValues", {"connectorId": 1, "transactionId": 7, "meterValue": READINGS}),
    (
        "MeterValues",
        {"connectorId": 0, "meterValue": [{"timestamp": TIME, "sampledValue": [{"value": "1"}]}]},
    ),
    ("StartTransaction", {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": TIME}),
    (
        "StartTransaction",
        {"connectorId": 2, "idTag": "A", "meterStart": 5, "timestamp": TIME, "reservationId": 3},
    ),
    (
        "StatusNotification",
        {"connectorId": 0, "errorCode": "NoError", "status": "Available", "timestamp": TIME},
    ),
    (
        "StatusNotification",
        {
            "connectorId": 1,
            "errorCode": "OtherError",
            "status": "Faulted",
            "timestamp": "2025-03-01T12:00:00.123+01:00",
            "info": "door open",
            "vendorId": "com.vendor",
            "vendorErrorCode": "17",
        },
    ),
    ("StopTransaction", {"transactionId": 7, "meterStop": 900, "timestamp": TIME}),
    (
        "StopTransaction",
        {
            "transactionId": 7,
            "meterStop": 900,
            "timestamp": TIME,
            "idTag": "A",
            "reason": "EVDisconnected",
            "transactionData": READINGS,
        },
    ),
    ("LogStatusNotification", {"status": "Uploading", "requestId": 7}),
    ("LogStatusNotification", {"status": "Idle"}),
    ("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": TIME, "techInfo": "1.0"}),
    ("SignedFirmwareStatusNotification", {"status": "SignatureVerified", "requestId": 7}),
    ("SignCertificate", {"csr": "-----BEGIN CERTIFICATE REQUEST-----"}),
]

SCHEDULE = {
    "chargingRateUnit": "A",
    "duration": 3600,
    "startSchedule": TIME,
    "minChargingRate": 6.0,
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.1, "numberPhases": 3}],
}

HASH_DATA = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab" * 32,
    "issuerKeyHash": "cd" * 32,
    "serialNumber": "FFF",
}

CONFIRMATIONS: list[tuple[str, dict[str, Any]]] = [
    ("CancelReservation", {"status": "Accepted"}),
    ("ChangeAvailability", {"status": "Scheduled"}),
    ("ChangeConfiguration", {"status": "RebootRequired"}),
    ("ClearCache", {"status": "Accepted"}),
    ("ClearChargingProfile", {"status": "Unknown"}),
    ("DataTransfer", {"status": "UnknownVendorId", "data": ""}),
    ("GetCompositeSchedule", {"status": "Rejected"}),
    (
        "GetCompositeSchedule",
        {"status": "Accepted", "connectorId": 1, "scheduleStart": TIME, "chargingSchedule": SCHEDULE},
    ),
    ("GetConfiguration", {}),
    (
        "GetConfiguration",
        {
            "configurationKey": [
                {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
                {"key": "AuthorizationKey", "readonly": False},
                {"key": "Empty", "readonly": True, "value": ""},
            ],
            "unknownKey": ["Nonsense"],
        },
    ),
    ("GetDiagnostics", {"fileName": "log.zip"}),
    ("GetLocalListVersion", {"listVersion": -1}),
    ("RemoteStartTransaction", {"status": "Accepted"}),
    ("RemoteStopTransaction", {"status": "Rejected"}),
    ("ReserveNow", {"status": "Occupied"}),
    ("Reset", {"status": "Accepted"}),
    ("SendLocalList", {"status": "VersionMismatch"}),
    ("SetChargingProfile", {"status": "NotSupported"}),
    ("TriggerMessage", {"status": "NotImplemented"}),
    ("UnlockConnector", {"status": "UnlockFailed"}),
    ("UpdateFirmware", {}),
    ("ExtendedTriggerMessage", {"status": "NotImplemented"}),
    ("GetLog", {"status": "AcceptedCanceled", "filename": "security.log"}),
    ("SignedUpdateFirmware", {"status": "InvalidCertificate"}),
    ("CertificateSigned", {"status": "Rejected"}),
    ("DeleteCertificate", {"status": "NotFound"}),
    ("GetInstalledCertificateIds", {"status": "NotFound"}),
    ("GetInstalledCertificateIds", {"status": "Accepted", "certificateHashData": [HASH_DATA]}),
    ("InstallCertificate", {"status": "Failed"}),
]
