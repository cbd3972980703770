from history.models.audit import AuditEntry
from history.models.export_job import ExportJob
from history.models.export_schedule import ExportSchedule
from history.models.message import Message
from history.models.rollup import (
    HourRollup,
    MinuteRollup,
    PowerRollup,
    QuarterRollup,
    RollupDue,
    RollupState,
)
from history.models.running import RunningDue, RunningRollup, RunningState

__all__ = [
    "AuditEntry",
    "ExportJob",
    "ExportSchedule",
    "HourRollup",
    "Message",
    "MinuteRollup",
    "PowerRollup",
    "QuarterRollup",
    "RollupDue",
    "RollupState",
    "RunningDue",
    "RunningRollup",
    "RunningState",
]
