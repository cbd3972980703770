"""The configuration keys of a charge point (OCPP 1.6 §9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chargers.simulator.spec import ChargePointSpec

MEASURANDS: Final = frozenset(
    {
        "Current.Import",
        "Current.Offered",
        "Energy.Active.Import.Interval",
        "Energy.Active.Import.Register",
        "Frequency",
        "Power.Active.Import",
        "Power.Offered",
        "SoC",
        "Temperature",
        "Voltage",
    }
)
DEFAULT_MEASURANDS: Final = (
    "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC,Temperature"
)
FEATURE_PROFILES: Final = (
    "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
)
LOCAL_LIST_MAX_LENGTH: Final = 1_000
SEND_LOCAL_LIST_MAX_LENGTH: Final = 100
MAX_STACK_LEVEL: Final = 10
MAX_PERIODS: Final = 100
MAX_PROFILES: Final = 50
GET_CONFIGURATION_MAX_KEYS: Final = 50


def _is_count(value: str) -> bool:
    return value.isdecimal() and int(value) < 2**31


def _is_boolean(value: str) -> bool:
    return value.lower() in {"true", "false"}


def _is_measurand_list(value: str) -> bool:
    return all(item.strip() in MEASURANDS for item in value.split(",")) if value else True


def _is_key(value: str) -> bool:
    return 8 <= len(value) <= 40


@dataclass(frozen=True, slots=True)
class Key:
    """What a charge point knows about one of its keys."""

    default: str
    check: Callable[[str], bool] | None = None
    reboot: bool = False
    secret: bool = False

    @property
    def readonly(self) -> bool:
        """A key without a check cannot be changed."""
        return self.check is None


KEYS: Final[dict[str, Key]] = {
    "AllowOfflineTxForUnknownId": Key("true", _is_boolean),
    "AuthorizationCacheEnabled": Key("true", _is_boolean),
    "AuthorizationKey": Key("", _is_key, secret=True),
    "AuthorizeRemoteTxRequests": Key("false", _is_boolean),
    "CertificateSignedMaxChainSize": Key("10000"),
    "CertificateStoreMaxLength": Key("4"),
    "ChargeProfileMaxStackLevel": Key(str(MAX_STACK_LEVEL)),
    "ChargingScheduleAllowedChargingRateUnit": Key("Current,Power"),
    "ChargingScheduleMaxPeriods": Key(str(MAX_PERIODS)),
    "ClockAlignedDataInterval": Key("0", _is_count),
    "ConnectionTimeOut": Key("120", _is_count),
    "ConnectorPhaseRotation": Key("0.RST", lambda value: len(value) <= 500, reboot=True),
    "ConnectorSwitch3to1PhaseSupported": Key("true"),
    "CpoName": Key("", lambda value: len(value) <= 64),
    "GetConfigurationMaxKeys": Key(str(GET_CONFIGURATION_MAX_KEYS)),
    "HeartbeatInterval": Key("300", _is_count),
    "LocalAuthListEnabled": Key("true", _is_boolean),
    "LocalAuthListMaxLength": Key(str(LOCAL_LIST_MAX_LENGTH)),
    "LocalAuthorizeOffline": Key("true", _is_boolean),
    "LocalPreAuthorize": Key("false", _is_boolean),
    "MaxChargingProfilesInstalled": Key(str(MAX_PROFILES)),
    "MeterValueSampleInterval": Key("60", _is_count),
    "MeterValuesAlignedData": Key("Energy.Active.Import.Register", _is_measurand_list),
    "MeterValuesSampledData": Key(DEFAULT_MEASURANDS, _is_measurand_list),
    "NumberOfConnectors": Key("1"),
    "ReserveConnectorZeroSupported": Key("true"),
    "ResetRetries": Key("1", _is_count),
    "SecurityProfile": Key("0", lambda value: value in {"1", "2", "3"}),
    "SendLocalListMaxLength": Key(str(SEND_LOCAL_LIST_MAX_LENGTH)),
    "StopTransactionOnEVSideDisconnect": Key("true", _is_boolean),
    "StopTransactionOnInvalidId": Key("true", _is_boolean),
    "StopTxnAlignedData": Key(""),
    "StopTxnSampledData": Key("Energy.Active.Import.Register,SoC", _is_measurand_list),
    "SupportedFeatureProfiles": Key(FEATURE_PROFILES),
    "SupportedFileTransferProtocols": Key("HTTP,HTTPS"),
    "TransactionMessageAttempts": Key("3", _is_count),
    "TransactionMessageRetryInterval": Key("10", _is_count),
    "UnlockConnectorOnEVSideDisconnect": Key("true", _is_boolean),
    "WebSocketPingInterval": Key("0"),
}


class Configuration:
    """Values of one charge point; only what differs from the defaults is kept.

    Key names are matched without regard to case (OCPP 1.6 §5.3).
    """

    __slots__ = ("_values",)

    def __init__(self, spec: ChargePointSpec) -> None:
        self._values = {
            "NumberOfConnectors": str(len(spec.connectors)),
            "MeterValueSampleInterval": f"{spec.meter_interval_s:g}",
            **dict(spec.configuration),
        }

    def text(self, key: str) -> str:
        """Return a value as text."""
        return self._values.get(key, KEYS[key].default)

    def number(self, key: str) -> float:
        """Return a value as a number."""
        return float(self.text(key))

    def flag(self, key: str) -> bool:
        """Return a value as a truth value."""
        return self.text(key).lower() == "true"

    def items(self, key: str) -> tuple[str, ...]:
        """Return the members of a comma separated list."""
        return tuple(item.strip() for item in self.text(key).split(",") if item.strip())

    def change(self, name: str, value: str) -> str:
        """Set a value; return the status of ChangeConfiguration.conf (§7.22)."""
        found = find_key(name)
        if found is None:
            return "NotSupported"
        key = KEYS[found]
        if key.check is None or not key.check(value):
            return "Rejected"
        self._values[found] = value
        return "RebootRequired" if key.reboot else "Accepted"

    def set(self, key: str, value: str) -> None:
        """Set a value from inside, readonly or not."""
        self._values[key] = value


def find_key(name: str) -> str | None:
    """Return the proper spelling of a key's name, None when unknown."""
    return next((key for key in KEYS if key.lower() == name.lower()), None)
