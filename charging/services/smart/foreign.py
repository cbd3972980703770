"""Charging profiles that others set or clear: by hand, through the API, with a remote start.

Smart charging then no longer knows what rules a connector. It counts with all of its hardware, takes away
what lies above its own profile in the stack, and sends its own again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from chargers.models import Command
from chargers.types import CommandState
from charging.services.pauses import fits
from charging.services.smart.facts import ChargeFacts
from charging.services.smart.marks import (
    CLEAR,
    DEFAULT_ID,
    LEVEL,
    LIMIT_ID,
    SET,
    SMART,
    START,
    TX_DEFAULT,
    TX_PROFILE,
    default_payload,
    limit_payload,
)
from charging.services.smart.storing import LimitRow
from sites.models import Site

OPEN: Final = (CommandState.QUEUED, CommandState.SENT)
MAY_HAVE_WORKED: Final = (*OPEN, CommandState.ACCEPTED, CommandState.TIMED_OUT)
AROUND: Final = timedelta(minutes=10)
"""A command ends at most so long after it was asked for; a remote start comes so long before its charge."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a command of somebody else does to the profiles of connectors.

    Attributes:
        command: its number.
        charge_point_id, action, payload: of the command.
        at: when it took effect at the latest; None while that is still to come.
    """

    command: int
    charge_point_id: int
    action: str
    payload: Mapping[str, Any]
    at: datetime | None

    @property
    def profile(self) -> Mapping[str, Any]:
        """The profile that it sets; empty for none."""
        name = "chargingProfile" if self.action == START else "csChargingProfiles"
        return self.payload.get(name) or {}

    def touches_limit(self, number: int) -> bool:
        """Tell whether the limit of a connector's running charge may be another one after it."""
        if self.action == CLEAR:
            return fits(self.payload, limit_payload(number))
        if not self._concerns(number):
            return False
        own = self.profile.get("chargingProfileId") == LIMIT_ID + number
        return own or self.profile.get("chargingProfilePurpose") == TX_PROFILE

    def touches_default(self, number: int) -> bool:
        """Tell whether a new charge of a connector may begin with something else after it."""
        if self.action == CLEAR:
            return fits(self.payload, default_payload(number))
        if not self._concerns(number) or not self.profile:
            return False
        own = self.profile.get("chargingProfileId") == DEFAULT_ID + number
        return own or self.profile.get("chargingProfilePurpose") == TX_DEFAULT

    def _concerns(self, number: int) -> bool:
        return bool(self.profile) and self.payload.get("connectorId") in {None, 0, number}

    @property
    def covers(self) -> int | None:
        """The id of the profile that it put above smart charging's; None if it put none there."""
        level = int(self.profile.get("stackLevel") or 0)
        one = self.payload.get("connectorId") != 0
        return self.profile.get("chargingProfileId") if level > LEVEL and one else None


def foreign_commands(
    sites: Sequence[Site], rows: Mapping[int, LimitRow], charges: Mapping[int, ChargeFacts]
) -> dict[int, list[Foreign]]:
    """Return the commands of others that may have changed what rules connectors, by charge point."""
    known = [
        at
        for pk, row in rows.items()
        for at in (
            row.confirmed_at,
            row.default_at,
            charges[pk].started_received_at if pk in charges else None,
        )
        if at is not None
    ]
    if not known:
        return {}
    found = Command.objects.filter(
        Q(action__in=(SET, CLEAR), pause=None) | Q(action=START, payload__has_key="chargingProfile"),
        charge_point__site__in=sites,
        state__in=MAY_HAVE_WORKED,
        created_at__gt=min(known) - AROUND,
    ).exclude(requested_name=SMART.name)
    values = found.values_list("pk", "charge_point_id", "action", "payload", "state", "finished_at")
    result: dict[int, list[Foreign]] = {}
    for pk, charge_point_id, action, payload, state, finished_at in values.order_by("pk"):
        at = None if state in OPEN else finished_at
        result.setdefault(charge_point_id, []).append(Foreign(pk, charge_point_id, action, payload, at))
    return result


def after(commands: Collection[Foreign], since: datetime | None) -> Sequence[Foreign]:
    """Return those that took effect after `since`, or are still to."""
    return [each for each in commands if each.at is None or since is None or each.at > since]
