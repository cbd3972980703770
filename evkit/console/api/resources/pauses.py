"""`pause` and `resume`: hold the charge of a connector at no power, and let it go on."""

from __future__ import annotations

from ninja import Router, Status
from pydantic import Field

from chargers.models import Command
from charging.services.pausing import pause_charge, resume_charge
from evkit.console.api.auth import ApiRequest
from evkit.console.api.resources.commands import QueuedOut
from evkit.console.api.scope import get_connector
from evkit.console.api.types import Strict
from evkit.core.clock import utc_now
from sites.permissions import Right

router = Router(tags=["commands"])


class ReasonIn(Strict):
    """Why: shown to the operators and kept in the journal."""

    reason: str = Field(default="", max_length=255)


@router.post(
    "charge-points/{path:identity}/connectors/{int:connector}/pause",
    response={202: QueuedOut},
    summary="Pause the charge of a connector",
)
def post_pause(request: ApiRequest, identity: str, connector: int, wanted: ReasonIn) -> Status[QueuedOut]:
    """Queue a profile of no power for the running charge; 400 where none runs or it is paused already."""
    evse = get_connector(request.auth, identity, connector, Right.COMMAND)
    actor = request.auth.actor
    return _queued(pause_charge(evse=evse, now=utc_now(), actor=actor, reason=wanted.reason))


@router.post(
    "charge-points/{path:identity}/connectors/{int:connector}/resume",
    response={202: QueuedOut},
    summary="Let a paused charge go on",
)
def post_resume(request: ApiRequest, identity: str, connector: int, wanted: ReasonIn) -> Status[QueuedOut]:
    """Queue what ends a pause; 400 where no charge runs or it is not paused."""
    evse = get_connector(request.auth, identity, connector, Right.COMMAND)
    actor = request.auth.actor
    return _queued(resume_charge(evse=evse, now=utc_now(), actor=actor, reason=wanted.reason))


def _queued(command: Command) -> Status[QueuedOut]:
    return Status(202, QueuedOut(id=command.pk, state=command.state))
