"""Confirmations of the central system's requests (OCPP 1.6 §6)."""

from __future__ import annotations

from chargers.ocpp.v16.messages.base import Message


class StatusConf(Message, frozen=True, kw_only=True):
    """A confirmation that is nothing but a status."""

    status: str


class CancelReservationConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected (§6.6)."""


class ChangeAvailabilityConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, Scheduled (§6.8)."""


class ChangeConfigurationConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, RebootRequired, NotSupported (§6.10)."""


class ClearCacheConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected (§6.12)."""


class ClearChargingProfileConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Unknown (§6.14)."""


class DataTransferConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, UnknownMessageId, UnknownVendorId (§6.16)."""

    data: str | None = None


class ChargingSchedulePeriod(Message, frozen=True, kw_only=True):
    """From `start_period` seconds after the schedule's start: the limit in its unit (§7.14)."""

    start_period: int
    limit: float
    number_phases: int | None = None


class ChargingSchedule(Message, frozen=True, kw_only=True):
    """Limits over time; `charging_rate_unit` is W or A, `duration` in seconds (§7.13)."""

    charging_rate_unit: str
    charging_schedule_period: list[ChargingSchedulePeriod]
    duration: int | None = None
    start_schedule: str | None = None
    min_charging_rate: float | None = None


class GetCompositeScheduleConf(StatusConf, frozen=True, kw_only=True):
    """What the charge point will obey (§6.22)."""

    connector_id: int | None = None
    schedule_start: str | None = None
    charging_schedule: ChargingSchedule | None = None


class KeyValue(Message, frozen=True, kw_only=True):
    """One configuration key; the value is text whatever was sent (§7.29)."""

    key: str
    readonly: bool
    value: str | None = None


class GetConfigurationConf(Message, frozen=True, kw_only=True):
    """Configuration, and the keys that are unknown there (§6.24)."""

    configuration_key: list[KeyValue] | None = None
    unknown_key: list[str] | None = None


class GetDiagnosticsConf(Message, frozen=True, kw_only=True):
    """The name of the file that will be uploaded, None if there is nothing (§6.26)."""

    file_name: str | None = None


class GetLocalListVersionConf(Message, frozen=True, kw_only=True):
    """Version of the local list; 0 empty, -1 not supported (§6.28)."""

    list_version: int


class RemoteStartTransactionConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected: whether it will try (§6.34)."""


class RemoteStopTransactionConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected (§6.36)."""


class ReserveNowConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Faulted, Occupied, Rejected, Unavailable (§6.38)."""


class ResetConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected (§6.40)."""


class SendLocalListConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Failed, NotSupported, VersionMismatch (§6.42)."""


class SetChargingProfileConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, NotSupported (§6.44)."""


class TriggerMessageConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, NotImplemented (§6.52)."""


class UnlockConnectorConf(StatusConf, frozen=True, kw_only=True):
    """Unlocked, UnlockFailed, NotSupported (§6.54)."""


class UpdateFirmwareConf(Message, frozen=True, kw_only=True):
    """Nothing but the fact that it was received (§6.56)."""
