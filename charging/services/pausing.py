"""Holding a running charge at no power, and letting it go on.

A pause is a TxProfile of limit 0 on top of the connector's other profiles (OCPP 1.6 §3.13.2), and a
`Pause` that says who asked for it. Clearing it lets the profile below hold again. Where the charge point
has no level above the profile in force, the pause takes that profile's place and resuming sets it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction as database
from django.utils.translation import gettext as _

from chargers.models import Command, Evse
from chargers.services.commands import queue_command
from chargers.types import ConnectorStatus
from charging.models import Pause, Transaction
from charging.services.pauses import NO_POWER, TX_PROFILE
from charging.services.profiles import SET, last_profile
from charging.services.smart.marks import is_limit, without_power
from charging.services.smart.modes import known_mode
from charging.services.smart.settings_of import unit_of
from charging.types import Obstacle
from evkit.core.errors import EvkitError
from evkit.core.recorders import SYSTEM, Actor

CLEAR: Final = "ClearChargingProfile"
PROFILE_ID: Final = 910_000
"""Plus the number of the connector: one pause each."""

STACK_LEVEL: Final = 2
"""Used where the charge point did not tell its ChargeProfileMaxStackLevel (OCPP 1.6 §9.4.1)."""

PAUSED: Final = (ConnectorStatus.SUSPENDED_EVSE, ConnectorStatus.SUSPENDED_EV, ConnectorStatus.FINISHING)
RESUMED: Final = (ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EV)

Details = Mapping[str, object]


class UnableToPauseError(EvkitError):
    """The charge cannot be paused, or resumed, as things stand; `obstacle` says why."""

    code = "unable_to_pause"

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(str(obstacle.label))
        self.obstacle = obstacle


@database.atomic
def pause_charge(
    *, evse: Evse, now: datetime, actor: Actor = SYSTEM, reason: str = "", details: Details | None = None
) -> Command:
    """Queue the pause of the charge that runs on a connector.

    Raises:
        UnableToPauseError: no charge is running, it is paused already, or its charge point obeys no limit
            of 0.
    """
    running = _running(evse)
    if Pause.objects.in_force().filter(transaction=running).exists():
        raise UnableToPauseError(Obstacle.PAUSED)
    Pause.objects.filter(transaction=running, ended_at=None).update(ended_at=now)
    mode = known_mode(evse.charge_point).mode
    if mode.pause == "stop":
        raise UnableToPauseError(Obstacle.NO_PAUSE)
    level = STACK_LEVEL if mode.stack_level is None else mode.stack_level
    below = dict(last_profile(evse.charge_point_id, evse.number))
    command = queue_command(
        charge_point=evse.charge_point,
        action=SET,
        payload={
            "connectorId": evse.number,
            "csChargingProfiles": {
                "chargingProfileId": PROFILE_ID + evse.number,
                "transactionId": running.number,
                "stackLevel": level,
                "chargingProfilePurpose": TX_PROFILE,
                "chargingProfileKind": "Relative",
                "chargingSchedule": {
                    "chargingRateUnit": str(unit_of(evse, mode)),
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": NO_POWER}],
                },
            },
        },
        now=now,
        actor=actor,
        reason=reason or _("Pause"),
        confirming=PAUSED,
        details={**(details or {}), "pause": running.number},
    )
    Pause.objects.create(
        transaction=running,
        evse=evse,
        command=command,
        profile_id=PROFILE_ID + evse.number,
        stack_level=level,
        replaced=below if _in_the_way(below, running, level) else None,
        since=now,
        paused_by_id=actor.user_id,
        paused_name=actor.name,
        reason=reason,
    )
    return command


@database.atomic
def resume_charge(
    *, evse: Evse, now: datetime, actor: Actor = SYSTEM, reason: str = "", details: Details | None = None
) -> Command:
    """Queue what lets a paused charge go on with the limit that held before, or was set since.

    Raises:
        UnableToPauseError: no charge is running, or it is not paused.
    """
    running = _running(evse)
    pause = Pause.objects.in_force().filter(transaction=running).first()
    if pause is None:
        raise UnableToPauseError(Obstacle.NOT_PAUSED)
    action, payload = _ending(pause, evse)
    return queue_command(
        charge_point=evse.charge_point,
        action=action,
        payload=payload,
        now=now,
        actor=actor,
        reason=reason or _("Resume"),
        confirming=RESUMED,
        evse_number=evse.number,
        details={**(details or {}), "resume": running.number},
    )


def _ending(pause: Pause, evse: Evse) -> tuple[str, Mapping[str, Any]]:
    """Return what lets a charge go on: its limit from before where the pause has taken its place.

    A limit by smart charging is not set again, for what it left is lent to others: the charge waits for its
    new one, or has none where smart charging is off by now.
    """
    if not pause.replaced or not is_limit(pause.replaced):
        return (SET, pause.replaced) if pause.replaced else (CLEAR, {"id": pause.profile_id})
    site = evse.charge_point.site
    if site is None or not site.smart_charging_enabled:
        return CLEAR, {"id": pause.profile_id}
    return SET, without_power(pause.replaced)


def _running(evse: Evse) -> Transaction:
    """Return the charge that runs on a connector, locked so that it is paused once."""
    running = Transaction.objects.open().filter(evse=evse).select_for_update(of=("self",)).first()
    if running is None:
        raise UnableToPauseError(Obstacle.NOT_RUNNING)
    return running


def _in_the_way(payload: Mapping[str, Any], running: Transaction, level: int) -> bool:
    """Tell whether a pause at this level takes the place of the profile in force."""
    profile = payload.get("csChargingProfiles") or {}
    same = profile.get("chargingProfilePurpose") == TX_PROFILE
    of_it = profile.get("transactionId") in {None, running.number}
    return same and of_it and int(profile.get("stackLevel") or 0) >= level
