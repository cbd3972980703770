"""Reads the configuration of a charge point: what it reported against what was asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chargers.models import ChargePoint, Command, ConfigurationKey
from chargers.services.configuration import CHANGE
from chargers.services.desired import desired_keys, same_value
from chargers.services.secrets import is_secret
from chargers.types import CommandState

REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One configuration key: its reported value and the desired one, else the one it accepted last.

    `kept` tells who desires it: "point", "site" or nobody (""); such a value is asked for again.
    """

    key: str
    value: str | None
    readonly: bool
    known: bool
    secret: bool
    reported_at: datetime | None
    desired: str | None = None
    desired_at: datetime | None = None
    kept: str = ""

    @property
    def drifts(self) -> bool:
        """Whether the charge point reports another value than the one it accepted."""
        if self.desired is None or self.secret or not self.known or self.reported_at is None:
            return False
        if self.desired_at is not None and self.reported_at < self.desired_at:
            return False
        return not same_value(self.value or "", self.desired)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that is desired of a charge point, or that it accepted from evkit."""

    key: str
    value: str
    at: datetime
    kept: str = ""


def configuration_lines(charge_point_id: int, query: str = "") -> list[KeyLine]:
    """Return the keys of a charge point by name, those it does not know last; `query` is found in both."""
    wanted = {**accepted_values(charge_point_id), **kept_values(charge_point_id)}
    rows = ConfigurationKey.objects.filter(charge_point_id=charge_point_id)
    lines = [_line(row, wanted.get(row.key.lower())) for row in rows]
    told = {line.key.lower() for line in lines}
    lines += [_only_wanted(each) for key, each in wanted.items() if key not in told]
    found = [line for line in lines if query.casefold() in f"{line.key}\n{line.value or ''}".casefold()]
    return sorted(found, key=lambda line: (not line.known, line.key.casefold()))


def accepted_values(charge_point_id: int) -> Mapping[str, Wanted]:
    """Return by key (lower case) the value of the newest change that a charge point accepted."""
    rows = Command.objects.filter(
        charge_point_id=charge_point_id, action=CHANGE, state=CommandState.ACCEPTED
    ).order_by("-pk")
    wanted: dict[str, Wanted] = {}
    for payload, at in rows.values_list("payload", "finished_at")[:REMEMBERED]:
        key, value = str(payload.get("key", "")), str(payload.get("value", ""))
        if key and at is not None:
            wanted.setdefault(key.lower(), Wanted(key, value, at))
    return wanted


def kept_values(charge_point_id: int) -> Mapping[str, Wanted]:
    """Return by key (lower case) the values that are desired of a charge point, by itself or its site."""
    points = ChargePoint.objects.filter(pk=charge_point_id)
    return {
        key: Wanted(row.key, row.value, row.set_at, "point" if row.charge_point_id else "site")
        for found in desired_keys(points).values()
        for key, row in found.items()
    }


def _line(row: ConfigurationKey, wanted: Wanted | None) -> KeyLine:
    secret = is_secret(row.key)
    return KeyLine(
        key=row.key,
        value=None if secret else row.value,
        readonly=row.readonly,
        known=row.known,
        secret=secret,
        reported_at=row.reported_at,
        desired=None if secret or wanted is None else wanted.value,
        desired_at=None if wanted is None else wanted.at,
        kept="" if wanted is None else wanted.kept,
    )


def _only_wanted(wanted: Wanted) -> KeyLine:
    """Return a key that was changed but never reported."""
    secret = is_secret(wanted.key)
    value = None if secret else wanted.value
    return KeyLine(
        key=wanted.key,
        value=None,
        readonly=False,
        known=True,
        secret=secret,
        reported_at=None,
        desired=value,
        desired_at=wanted.at,
        kept=wanted.kept,
    )
