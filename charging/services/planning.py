"""What an operation asks of each connector: a call to its charge point, or nothing and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Max

from chargers.models import ChargePoint, Evse
from charging.models import IdToken, Pause, Transaction
from charging.selectors import open_transactions
from charging.services.pauses import pauses_in_force
from charging.types import Obstacle, Operation

Payload = Mapping[str, object]
Call = tuple[str, Payload]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The choices of an operation.

    Attributes:
        tag: badge to start with, "" for the one used last on each connector.
        hard: reset at once, as if the power had been cut.
        reason: why, for the journal and for whoever asks.
    """

    tag: str = ""
    hard: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One line of an operation: a connector, or a whole charge point (`evse` None).

    `running` are the open transactions that it touches. Without an obstacle it is carried out: by `call`
    where that is one OCPP message.
    """

    charge_point: ChargePoint
    evse: Evse | None
    running: Sequence[Transaction] = ()
    call: Call | None = None
    obstacle: Obstacle | None = None

    @property
    def subject(self) -> str:
        """The vehicle that is there, else the badge."""
        return ", ".join(str(item.vehicle) if item.vehicle else item.id_tag for item in self.running)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the connectors when an operation is planned, by EVSE id."""

    running: Mapping[int, Transaction]
    paused: Mapping[int, Pause]
    last_tags: Mapping[int, str] = field(default_factory=dict)


Planner = Callable[[Evse, Facts, Arguments], Call | Obstacle | None]


def plan(operation: Operation, evses: Sequence[Evse], arguments: Arguments) -> list[Target]:
    """Return one target per connector, in their order; a reset has one per charge point."""
    points = list({evse.charge_point_id: evse.charge_point for evse in evses}.values())
    running = open_transactions([point.pk for point in points])
    if operation == Operation.RESET:
        return [_reset(point, running, arguments) for point in points]
    ids = [evse.pk for evse in evses]
    wants_tags = operation == Operation.START and not arguments.tag
    facts = Facts(running, pauses_in_force(ids), _last_tags(ids) if wants_tags else {})
    return [_target(PLANNERS[operation], evse, facts, arguments) for evse in evses]


def _target(planner: Planner, evse: Evse, facts: Facts, arguments: Arguments) -> Target:
    answer = planner(evse, facts, arguments)
    running = [facts.running[evse.pk]] if evse.pk in facts.running else []
    obstacle = answer if isinstance(answer, Obstacle) else None
    call = None if answer is None or isinstance(answer, Obstacle) else answer
    return Target(evse.charge_point, evse, running, call, obstacle)


def _reset(point: ChargePoint, running: Mapping[int, Transaction], arguments: Arguments) -> Target:
    """Plan a Reset (OCPP 1.6 §5.14): it ends every transaction of the charge point."""
    ending = [item for item in running.values() if item.charge_point_id == point.pk]
    return Target(point, None, ending, ("Reset", {"type": "Hard" if arguments.hard else "Soft"}))


def _start(evse: Evse, facts: Facts, arguments: Arguments) -> Call | Obstacle:
    if evse.pk in facts.running:
        return Obstacle.RUNNING
    tag = arguments.tag or facts.last_tags.get(evse.pk, "")
    if not tag:
        return Obstacle.NO_BADGE
    return "RemoteStartTransaction", {"connectorId": evse.number, "idTag": tag}


def _stop(evse: Evse, facts: Facts, _arguments: Arguments) -> Call | Obstacle:
    running = facts.running.get(evse.pk)
    if running is None:
        return Obstacle.NOT_RUNNING
    return "RemoteStopTransaction", {"transactionId": running.number}


def _pause(evse: Evse, facts: Facts, _arguments: Arguments) -> Obstacle | None:
    if evse.pk not in facts.running:
        return Obstacle.NOT_RUNNING
    return Obstacle.PAUSED if evse.pk in facts.paused else None


def _resume(evse: Evse, facts: Facts, _arguments: Arguments) -> Obstacle | None:
    if evse.pk not in facts.running:
        return Obstacle.NOT_RUNNING
    return None if evse.pk in facts.paused else Obstacle.NOT_PAUSED


def _in_service(evse: Evse, _facts: Facts, _arguments: Arguments) -> Call:
    return "ChangeAvailability", {"connectorId": evse.number, "type": "Operative"}


def _out_of_service(evse: Evse, _facts: Facts, _arguments: Arguments) -> Call:
    return "ChangeAvailability", {"connectorId": evse.number, "type": "Inoperative"}


def _unlock(evse: Evse, _facts: Facts, _arguments: Arguments) -> Call:
    return "UnlockConnector", {"connectorId": evse.number}


PLANNERS: Final[dict[Operation, Planner]] = {
    Operation.START: _start,
    Operation.STOP: _stop,
    Operation.PAUSE: _pause,
    Operation.RESUME: _resume,
    Operation.IN_SERVICE: _in_service,
    Operation.OUT_OF_SERVICE: _out_of_service,
    Operation.UNLOCK: _unlock,
}


def _last_tags(evse_ids: Sequence[int]) -> dict[int, str]:
    """Return the badge used last on each connector, unless it is blocked now."""
    past = Transaction.objects.filter(evse__any_of=evse_ids).exclude(id_tag="")
    last = past.order_by().values("evse").annotate(last=Max("number")).values_list("last", flat=True)
    found: dict[int, Any] = dict(Transaction.objects.filter(number__in=last).values_list("evse_id", "id_tag"))
    blocked = set(IdToken.objects.filter(blocked=True).values_list("value", flat=True))
    return {evse_id: tag for evse_id, tag in found.items() if tag not in blocked}
