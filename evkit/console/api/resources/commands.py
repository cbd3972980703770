"""`commands`: what was asked of charge points, and what came of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from chargers.models import Command, CommandCall
from chargers.services.secrets import mask_payload
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_charge_point, visible_charge_points
from evkit.console.api.tracked import Request, send
from evkit.console.api.types import Moment, Strict
from evkit.console.public import public_url
from evkit.core.clock import utc_now
from evkit.core.errors import NotFoundError
from sites.permissions import Right

router = Router(tags=["commands"])


class CommandIn(Strict):
    """An OCPP message to send: its action and its payload."""

    action: str = Field(min_length=1, max_length=64)
    payload: dict[str, Any] = Field(default_factory=dict)


class QueuedOut(Schema):
    """A command that waits to be sent."""

    id: int
    state: str


class CallOut(Schema):
    """One frame to the charge point and its answer."""

    message_id: str
    request: dict[str, Any]
    sent_at: Moment
    answered_at: Moment | None
    response: dict[str, Any] | None
    error_code: str
    error_description: str


class CommandOut(Schema):
    """A command; `state` is the charge point's answer, `effect` whether what was asked was seen to happen."""

    id: int
    charge_point: str
    action: str
    payload: dict[str, Any]
    state: str
    response: dict[str, Any] | None
    error: str
    effect: str
    effect_at: Moment | None
    requested_by: str
    reason: str
    created_at: Moment
    deadline: Moment
    sent_at: Moment | None
    finished_at: Moment | None
    calls: list[CallOut]


@router.post(
    "charge-points/{path:identity}/commands", response={202: QueuedOut}, summary="Send an OCPP message"
)
def post_command(request: ApiRequest, identity: str, wanted: CommandIn) -> Status[QueuedOut]:
    """Queue a command; the answer of the charge point is read with `commands/{id}`.

    ReserveNow (of a declared badge; `reservationId` may be left out), CancelReservation, GetDiagnostics and
    GetLog (without `location` or `log.remoteLocation` the file comes to evkit), UpdateFirmware and
    SignedUpdateFirmware (`requestId` may be left out) are followed as the console's are.
    """
    charge_point = get_charge_point(request.auth, identity)
    request.auth.require(Right.COMMAND, charge_point.site_id)
    command = send(
        Request(
            charge_point=charge_point,
            action=wanted.action,
            payload=wanted.payload,
            base_url=public_url(request),
            now=utc_now(),
            actor=request.auth.actor,
        )
    )
    return Status(202, QueuedOut(id=command.pk, state=command.state))


@router.get("commands/{int:command_id}", response=CommandOut, summary="What came of a command")
def read_command(request: ApiRequest, command_id: int) -> CommandOut:
    """Return a command with its frames; secrets are masked."""
    rows = Command.objects.select_related("charge_point").prefetch_related("calls")
    visible = rows.filter(charge_point__in=visible_charge_points(request.auth))
    command = visible.filter(pk=command_id).first() if command_id < 2**63 else None
    if command is None:
        raise NotFoundError(_("There is no command %(number)s.") % {"number": command_id})
    return _out(command)


def _out(command: Command) -> CommandOut:
    return CommandOut(
        id=command.pk,
        charge_point=command.charge_point.identity,
        action=command.action,
        payload=mask_payload(command.payload),
        state=command.state,
        response=_masked(command.response),
        error=command.error,
        effect=command.effect,
        effect_at=command.effect_at,
        requested_by=command.requested_name,
        reason=command.reason,
        created_at=command.created_at,
        deadline=command.deadline,
        sent_at=command.sent_at,
        finished_at=command.finished_at,
        calls=[_call(call) for call in command.calls.all()],
    )


def _call(call: CommandCall) -> CallOut:
    return CallOut(
        message_id=call.message_id,
        request=mask_payload(call.request),
        sent_at=call.sent_at,
        answered_at=call.answered_at,
        response=_masked(call.response),
        error_code=call.error_code,
        error_description=call.error_description,
    )


def _masked(response: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if response is None else mask_payload(response)
