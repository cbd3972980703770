"""What pauses do to the limits of connectors: a pause lies on top of the others until it is over.

Smart charging and manual limits may go on changing what lies underneath; the charge point obeys the pause
as long as it holds (OCPP 1.6 §3.13.2: the highest stack level counts).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from chargers.models import Command, EvseState
from chargers.types import CommandState
from charging.models import Pause
from charging.services.limits import Limit, change_limits
from charging.types import LimitKind, LimitReason

TX_PROFILE = "TxProfile"
NO_POWER = 0.0


def pauses_in_force(evse_ids: Collection[int]) -> dict[int, Pause]:
    """Return the pauses that hold or are being asked for, by EVSE id."""
    return {pause.evse_id: pause for pause in Pause.objects.in_force().filter(evse__in=evse_ids)}


def lay_under_pauses(
    command: Command, profile: Mapping[str, Any], limit: Limit, now: datetime
) -> frozenset[int]:
    """Keep an accepted limit for after the pauses that lie on top of it; return their EVSE ids.

    A pause that begins keeps the limit that held before it. A profile that takes the place of a pause,
    or lies on top of it, ends the pause.
    """
    if _note_beginning(command):
        return frozenset()
    pauses = _pauses_on(command)
    number = command.payload.get("connectorId")
    if number:
        pauses = pauses.filter(evse__number=number)
    elif profile.get("chargingProfilePurpose") == "ChargePointMaxProfile":
        return frozenset()
    covered = set()
    for pause in pauses:
        if _wins(profile, pause):
            _end(pause, command.requested_name, now)
        elif _accepted(pause):
            pauses.filter(pk=pause.pk).update(held_w=limit[0], held_a=limit[1])
            covered.add(pause.evse_id)
    return frozenset(covered)


def clear_under_pauses(command: Command, cleared: Collection[int], now: datetime) -> frozenset[int]:
    """End the pauses that a ClearChargingProfile fits and let the limit below hold again.

    `cleared` are the EVSE ids whose other limit is gone; returned are those that this has dealt with.
    """
    covered = set()
    for pause in _pauses_on(command):
        ends = fits(command.payload, pause.command.payload)
        if ends:
            _end(pause, command.requested_name, now)
        if not _accepted(pause):
            continue
        covered.add(pause.evse_id)
        if pause.evse_id in cleared:
            pause.held_w = pause.held_a = None
            pause.save(update_fields=["held_w", "held_a"])
        if ends:
            _restore(pause, LimitReason.CLEARED, now)
    return frozenset(covered)


def end_pauses_of(evse_id: int, now: datetime) -> None:
    """End the pause of a transaction that is over; what lies underneath holds again."""
    over = Pause.objects.filter(evse_id=evse_id, ended_at=None).exclude(transaction__ended_at=None)
    for pause in over.select_related("command"):
        _end(pause, "", now)
        if _accepted(pause):
            _restore(pause, LimitReason.TRANSACTION_OVER, now)


def fits(criteria: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Tell whether ClearChargingProfile with `criteria` clears the profile of `payload`."""
    profile = payload.get("csChargingProfiles")
    if not profile:
        return False
    if criteria.get("id") is not None:
        return bool(criteria["id"] == profile.get("chargingProfileId"))
    wanted = {
        "chargingProfilePurpose": profile.get("chargingProfilePurpose"),
        "stackLevel": profile.get("stackLevel"),
    }
    connector = criteria.get("connectorId")
    return (connector is None or connector == payload.get("connectorId")) and all(
        criteria.get(name) in {None, value} for name, value in wanted.items()
    )


def _pauses_on(command: Command) -> QuerySet[Pause]:
    """Return the pauses in force on the charge point of a command."""
    pauses = Pause.objects.in_force().filter(evse__charge_point_id=command.charge_point_id)
    return pauses.select_related("command")


def _accepted(pause: Pause) -> bool:
    """Tell whether the charge point confirmed a pause; where it did not answer it may hold all the same."""
    return pause.command.state == CommandState.ACCEPTED


def _note_beginning(command: Command) -> bool:
    """Keep the limit that holds as a pause begins; tell whether `command` is a pause."""
    pause = Pause.objects.filter(command=command).first()
    if pause is None:
        return False
    state = EvseState.objects.get(pk=pause.evse_id)
    Pause.objects.filter(pk=pause.pk).update(held_w=state.limit_w, held_a=state.limit_a)
    return True


def _wins(profile: Mapping[str, Any], pause: Pause) -> bool:
    """Tell whether a profile counts instead of a pause: same purpose, same place in the stack or higher."""
    same = profile.get("chargingProfilePurpose") == TX_PROFILE
    return same and int(profile.get("stackLevel") or 0) >= pause.stack_level


def _end(pause: Pause, name: str, now: datetime) -> None:
    Pause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=now, ended_name=name)


def _restore(pause: Pause, reason: LimitReason, now: datetime) -> None:
    """Let the limit that was underneath hold again; what was asked for follows unless it was changed."""
    limit = (pause.held_w, pause.held_a)
    states = EvseState.objects.filter(pk=pause.evse_id)
    change_limits(states, kind=LimitKind.ACCEPTED, limit=limit, reason=reason, at=now)
    asked = states.filter(requested_w=NO_POWER) | states.filter(requested_a=NO_POWER)
    change_limits(asked, kind=LimitKind.REQUESTED, limit=limit, reason=reason, at=now)
