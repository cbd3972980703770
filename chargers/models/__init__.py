from chargers.models.certificates import (
    Authority,
    InstalledCertificate,
    IssuedCertificate,
    SigningRequest,
)
from chargers.models.charge_point import ChargePoint, ChargePointState
from chargers.models.command import Command, CommandCall
from chargers.models.connection import Connection, ConnectionFailure
from chargers.models.deferred import DeferredAnswer
from chargers.models.desired import DesiredAvailability, DesiredKey
from chargers.models.evse import Evse, EvseState
from chargers.models.facts import (
    Boot,
    ConfigurationKey,
    JobStatus,
    ObservedDeviation,
    VendorMessage,
)
from chargers.models.file_job import FileJob, FirmwareFile
from chargers.models.outage import OUT_OF_ORDER, Outage
from chargers.models.security import SecurityEvent

__all__ = [
    "OUT_OF_ORDER",
    "Authority",
    "Boot",
    "ChargePoint",
    "ChargePointState",
    "Command",
    "CommandCall",
    "ConfigurationKey",
    "Connection",
    "ConnectionFailure",
    "DeferredAnswer",
    "DesiredAvailability",
    "DesiredKey",
    "Evse",
    "EvseState",
    "FileJob",
    "FirmwareFile",
    "InstalledCertificate",
    "IssuedCertificate",
    "JobStatus",
    "ObservedDeviation",
    "Outage",
    "SecurityEvent",
    "SigningRequest",
    "VendorMessage",
]
