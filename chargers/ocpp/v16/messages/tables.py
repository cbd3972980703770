"""Which struct carries which message of OCPP 1.6, and what stands in for what is missing.

To serve another message: add its struct and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from chargers.ocpp.v16.messages import confirmations as conf
from chargers.ocpp.v16.messages import requests as req
from chargers.ocpp.v16.messages import security as sec

UNKNOWN_METER: Final = -1
UNKNOWN_TRANSACTION: Final = -1

REQUESTS: Final[Mapping[str, type[msgspec.Struct]]] = MappingProxyType(
    {
        "Authorize": req.AuthorizeReq,
        "BootNotification": req.BootNotificationReq,
        "DataTransfer": req.DataTransferReq,
        "DiagnosticsStatusNotification": req.DiagnosticsStatusNotificationReq,
        "FirmwareStatusNotification": req.FirmwareStatusNotificationReq,
        "Heartbeat": req.HeartbeatReq,
        "LogStatusNotification": sec.LogStatusNotificationReq,
        "MeterValues": req.MeterValuesReq,
        "SecurityEventNotification": sec.SecurityEventNotificationReq,
        "SignCertificate": sec.SignCertificateReq,
        "SignedFirmwareStatusNotification": sec.SignedFirmwareStatusNotificationReq,
        "StartTransaction": req.StartTransactionReq,
        "StatusNotification": req.StatusNotificationReq,
        "StopTransaction": req.StopTransactionReq,
    }
)

CONFIRMATIONS: Final[Mapping[str, type[msgspec.Struct]]] = MappingProxyType(
    {
        "CancelReservation": conf.CancelReservationConf,
        "CertificateSigned": sec.CertificateSignedConf,
        "ChangeAvailability": conf.ChangeAvailabilityConf,
        "ChangeConfiguration": conf.ChangeConfigurationConf,
        "ClearCache": conf.ClearCacheConf,
        "ClearChargingProfile": conf.ClearChargingProfileConf,
        "DataTransfer": conf.DataTransferConf,
        "DeleteCertificate": sec.DeleteCertificateConf,
        "ExtendedTriggerMessage": sec.ExtendedTriggerMessageConf,
        "GetCompositeSchedule": conf.GetCompositeScheduleConf,
        "GetConfiguration": conf.GetConfigurationConf,
        "GetDiagnostics": conf.GetDiagnosticsConf,
        "GetInstalledCertificateIds": sec.GetInstalledCertificateIdsConf,
        "GetLocalListVersion": conf.GetLocalListVersionConf,
        "GetLog": sec.GetLogConf,
        "InstallCertificate": sec.InstallCertificateConf,
        "RemoteStartTransaction": conf.RemoteStartTransactionConf,
        "RemoteStopTransaction": conf.RemoteStopTransactionConf,
        "ReserveNow": conf.ReserveNowConf,
        "Reset": conf.ResetConf,
        "SendLocalList": conf.SendLocalListConf,
        "SetChargingProfile": conf.SetChargingProfileConf,
        "SignedUpdateFirmware": sec.SignedUpdateFirmwareConf,
        "TriggerMessage": conf.TriggerMessageConf,
        "UnlockConnector": conf.UnlockConnectorConf,
        "UpdateFirmware": conf.UpdateFirmwareConf,
    }
)

_READINGS: Final[Mapping[str, object]] = MappingProxyType(
    {"timestamp": None, "sampledValue": [], "sampledValue.value": ""}
)


def _readings(place: str) -> dict[str, object]:
    return {place: []} | {f"{place}.{name}": value for name, value in _READINGS.items()}


REQUEST_DEFAULTS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        "BootNotification": {"chargePointVendor": "", "chargePointModel": ""},
        "DataTransfer": {"vendorId": ""},
        "MeterValues": {"connectorId": 0} | _readings("meterValue"),
        "SecurityEventNotification": {"timestamp": None},
        "StartTransaction": {
            "connectorId": 0,
            "idTag": "",
            "meterStart": UNKNOWN_METER,
            "timestamp": None,
        },
        "StatusNotification": {"connectorId": 0, "errorCode": "NoError"},
        "StopTransaction": {
            "transactionId": UNKNOWN_TRANSACTION,
            "meterStop": UNKNOWN_METER,
            "timestamp": None,
        }
        | _readings("transactionData"),
    }
)
"""By action and place (without list indexes): what a missing or unusable required field becomes.

What is not here cannot be done without: the call is refused.
"""

CONFIRMATION_DEFAULTS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {"GetConfiguration": {"configurationKey.readonly": False}}
)

OUTGOING: Final = frozenset(CONFIRMATIONS)
"""What a central system may ask of a charge point, the security extension included."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "celcius": "Celsius",
        "degc": "Celsius",
        "°c": "Celsius",
        "c": "Celsius",
        "degf": "Fahrenheit",
        "°f": "Fahrenheit",
        "hz": "Hertz",
        "%": "Percent",
        "kelvin": "K",
        "volt": "V",
        "amp": "A",
        "ampere": "A",
        "watt": "W",
    }
)
"""Misspelt values of enumerations, in lower case; "Celcius" comes from the first official schemas."""

DECIMAL_PLACES: Final = frozenset({"meterValue.sampledValue.value", "transactionData.sampledValue.value"})
