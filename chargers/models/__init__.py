from chargers.models.charge_point import ChargePoint, ChargePointState
from chargers.models.command import Command, CommandCall
from chargers.models.connection import Connection, ConnectionFailure
from chargers.models.deferred import DeferredAnswer
from chargers.models.evse import Evse, EvseState
from chargers.models.facts import (
    Boot,
    ConfigurationKey,
    JobStatus,
    ObservedDeviation,
    VendorMessage,
)

__all__ = [
    "Boot",
    "ChargePoint",
    "ChargePointState",
    "Command",
    "CommandCall",
    "ConfigurationKey",
    "Connection",
    "ConnectionFailure",
    "DeferredAnswer",
    "Evse",
    "EvseState",
    "JobStatus",
    "ObservedDeviation",
    "VendorMessage",
]
