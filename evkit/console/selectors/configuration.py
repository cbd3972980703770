"""Reads the configuration of a charge point: what it reported against what was asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chargers.models import Command, ConfigurationKey
from chargers.services.configuration import CHANGE
from chargers.services.secrets import is_secret
from chargers.types import CommandState

REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One configuration key: its reported value and the one that evkit asked for last, if any."""

    key: str
    value: str | None
    readonly: bool
    known: bool
    secret: bool
    reported_at: datetime | None
    desired: str | None = None
    desired_at: datetime | None = None

    @property
    def drifts(self) -> bool:
        """Whether the charge point reports another value than the one it accepted."""
        if self.desired is None or self.secret or not self.known or self.reported_at is None:
            return False
        if self.desired_at is not None and self.reported_at < self.desired_at:
            return False
        return _normal(self.value or "") != _normal(self.desired)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that a charge point accepted from evkit."""

    key: str
    value: str
    at: datetime


def configuration_lines(charge_point_id: int, query: str = "") -> list[KeyLine]:
    """Return the keys of a charge point by name, those it does not know last; `query` is found in both."""
    wanted = accepted_values(charge_point_id)
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
    )


def _normal(text: str) -> str:
    return "".join(text.lower().split())
