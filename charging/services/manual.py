"""An operator answers an Authorize by hand (R9): accepts or refuses the badge that asks."""

from __future__ import annotations

from datetime import datetime

from chargers.models import DeferredAnswer
from chargers.services.deferred import answer_deferred
from charging.types import AuthorizationStatus
from evkit.core.recorders import Actor


def answer_badge(*, pk: int, accept: bool, actor: Actor, now: datetime) -> DeferredAnswer:
    """Accept or refuse the badge of a waiting Authorize (OCPP 1.6 §4.1); the first answer counts.

    Raises:
        NotFoundError: there is no such call.
        AlreadyAnsweredError: somebody, or the deadline, was faster.
    """
    status = AuthorizationStatus.ACCEPTED if accept else AuthorizationStatus.INVALID
    payload = {"idTagInfo": {"status": str(status.value)}}
    return answer_deferred(pk=pk, payload=payload, actor=actor, now=now)
