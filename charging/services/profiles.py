"""What charge points were asked to limit, and what they accepted (OCPP 1.6 §5.16, §5.5, §7.8).

Payloads are those of SetChargingProfile.req and ClearChargingProfile.req, as plain JSON types.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chargers.models import Command, EvseState
from chargers.types import CommandState
from charging.models import Transaction
from charging.services.limits import NO_LIMIT, change_limits
from charging.services.pauses import clear_under_pauses, end_pauses_of, fits, lay_under_pauses
from charging.smart.schedules import limit_in_force
from charging.types import LimitKind, LimitReason
from evkit.core.errors import InvalidInputError

SET: Final = "SetChargingProfile"
NO_TRANSACTION: Final = gettext_noop(
    "No transaction is open on connector %(connector)s. A TxProfile limits a running"
    " transaction: start one, or send a TxDefaultProfile."
)
_REMEMBERED: Final = 50

Profile = Mapping[str, Any]


class UnableToLimitError(InvalidInputError):
    """The profile cannot be sent as it is."""

    code = "invalid_profile"


def complete_profile(command: Command) -> dict[str, Any]:
    """Return the payload to send: a TxProfile names the open transaction of its connector.

    Raises:
        UnableToLimitError: a TxProfile where no transaction is open.
    """
    payload: dict[str, Any] = dict(command.payload)
    profile = dict(payload.get("csChargingProfiles") or {})
    if profile.get("chargingProfilePurpose") != "TxProfile" or profile.get("transactionId"):
        return payload
    number = (
        Transaction.objects.open()
        .filter(charge_point_id=command.charge_point_id, evse__number=payload.get("connectorId") or 0)
        .values_list("pk", flat=True)
        .first()
    )
    if number is None:
        raise UnableToLimitError(
            _(NO_TRANSACTION) % {"connector": payload.get("connectorId")},
            field="csChargingProfiles.transactionId",
        )
    return {**payload, "csChargingProfiles": {**profile, "transactionId": number}}


def note_requested(command: Command, profile: Profile, now: datetime) -> None:
    """Store the limit that the connectors are asked to keep."""
    change_limits(
        _states_of(command, profile),
        kind=LimitKind.REQUESTED,
        limit=limit_in_force(profile, now),
        reason=LimitReason.PROFILE,
        at=now,
    )


def note_limited(command: Command, profile: Profile, now: datetime) -> None:
    """Store the limit that the charge point accepted; where a pause lies on top, it holds after the pause."""
    limit = limit_in_force(profile, now)
    covered = lay_under_pauses(command, profile, limit, now)
    change_limits(
        _states_of(command, profile).exclude(pk__in=covered),
        kind=LimitKind.ACCEPTED,
        limit=limit,
        reason=LimitReason.PROFILE,
        at=now,
    )


def note_cleared(command: Command, now: datetime) -> None:
    """Forget the limits of those connectors whose last accepted profile the clearing fits; end pauses."""
    cleared = {
        state.pk
        for state in EvseState.objects.filter(evse__charge_point_id=command.charge_point_id)
        .exclude(limit_w=None, limit_a=None)
        .select_related("evse")
        if fits(command.payload, last_profile(command.charge_point_id, state.evse.number))
    }
    covered = clear_under_pauses(command, cleared, now)
    _end_limits(cleared - covered, LimitReason.CLEARED, now)


def _states_of(command: Command, profile: Profile) -> QuerySet[EvseState]:
    """Return the connectors that a profile limits; a limit of the whole charge point is not theirs."""
    states = EvseState.objects.filter(evse__charge_point_id=command.charge_point_id)
    number = command.payload.get("connectorId")
    if number:
        return states.filter(evse__number=number)
    if profile.get("chargingProfilePurpose") == "ChargePointMaxProfile":
        return states.none()
    return states


def note_transaction_over(charge_point_id: int, evse_id: int, now: datetime) -> None:
    """Forget a limit that a TxProfile set: a transaction takes it along, and a pause (OCPP 1.6 §3.13.1)."""
    end_pauses_of(evse_id, now)
    limited = EvseState.objects.filter(pk=evse_id).exclude(limit_w=None, limit_a=None)
    number = limited.values_list("evse__number", flat=True).first()
    if number is None:
        return
    profile = last_profile(charge_point_id, number).get("csChargingProfiles") or {}
    if profile.get("chargingProfilePurpose") == "TxProfile":
        _end_limits([evse_id], LimitReason.TRANSACTION_OVER, now)


def _end_limits(evse_ids: Collection[int], reason: LimitReason, now: datetime) -> None:
    """Forget what connectors were asked to keep and what they accepted."""
    states = EvseState.objects.filter(pk__in=evse_ids)
    for kind in LimitKind:
        change_limits(states, kind=kind, limit=NO_LIMIT, reason=reason, at=now)


def last_profile(charge_point_id: int, number: int) -> Mapping[str, Any]:
    """Return the payload of the last SetChargingProfile that was accepted for a connector, pauses apart."""
    accepted = Command.objects.filter(
        charge_point_id=charge_point_id, action=SET, state=CommandState.ACCEPTED, pause=None
    ).order_by("-pk")
    for payload in accepted.values_list("payload", flat=True)[:_REMEMBERED]:
        profile = payload.get("csChargingProfiles") or {}
        whole = profile.get("chargingProfilePurpose") == "ChargePointMaxProfile"
        if payload.get("connectorId") == number or (payload.get("connectorId") == 0 and not whole):
            return dict(payload)
    return {}
