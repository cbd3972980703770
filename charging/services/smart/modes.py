"""What smart charging has learned of how charge points take limits, as part of their operating modes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from chargers.models import ChargePoint, ConfigurationKey, Evse
from chargers.quirks.modes import TOLD_KEYS, UNKNOWN, Mode, Record, Source
from chargers.services.modes import mode_record
from chargers.types import Current
from charging.models import ConnectorLimit
from charging.services.smart.ladder import Way
from charging.services.smart.storing import LimitRow


def learned_mode(evses: Iterable[Evse], rows: Mapping[int, ConnectorLimit]) -> Mode:
    """Return what the connectors of one charge point were seen to obey."""
    latencies: list[float] = []
    unit: Literal["A", "W"] | None = None
    by_default = False
    resumes: set[bool] = set()
    for evse in evses:
        row = rows.get(evse.pk)
        if row is None:
            continue
        if row.latency_s is not None:
            latencies.append(row.latency_s)
        if row.way == Way.OTHER_UNIT:
            unit = "A" if evse.current == Current.DC else "W"
        by_default |= row.way == Way.AS_DEFAULT
        resumes |= set() if row.resumes is None else {row.resumes}
    return Mode(
        unit=unit,
        purposes=("TxDefaultProfile",) if by_default else None,
        resumes=min(resumes, default=None),
        latency_s=round(max(latencies), 1) if latencies else None,
    )


def follow_mode(row: LimitRow, mode: Mode) -> None:
    """Begin with what is known of the charge point where nothing was learned yet; the row is not saved."""
    if row.latency_s is None:
        row.latency_s = mode.latency_s
    if mode.purposes is not None and "TxProfile" not in mode.purposes and row.way == Way.OWN:
        row.way = Way.AS_DEFAULT


def goes_on(row: LimitRow, record: Record) -> bool:
    """Return whether charges of a connector go on by themselves after a limit of 0.

    As an administrator says, as they were seen to, as its preset says; what nobody knows is taken to be so.
    """
    declared = record.sources.get("resumes") == Source.ADMINISTRATOR
    known = record.mode.resumes if declared or row.resumes is None else row.resumes
    return known is not False


def known_mode(charge_point: ChargePoint) -> Record:
    """Return the whole operating mode of one charge point."""
    keys = ConfigurationKey.objects.filter(charge_point=charge_point, key__in=TOLD_KEYS)
    evses = list(charge_point.evses.all())
    rows = {row.pk: row for row in ConnectorLimit.objects.filter(evse__in=evses)}
    told = {key: value or "" for key, value in keys.values_list("key", "value")}
    return mode_record(charge_point, told, learned_mode(evses, rows) if rows else UNKNOWN)
