"""Answer to TriggerMessage (OCPP 1.6 §5.17): each message that a charge point can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chargers.simulator.commands.core import ANSWER_FIRST_S
from chargers.simulator.commands.files import send_status as send_file_status
from chargers.simulator.frames import Payload
from chargers.simulator.main_meter import send_main_meter

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

Sender = Callable[["SimulatedChargePoint", Sequence[int]], None]


def trigger_message(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Send the message asked for after the answer; NotImplemented for any other."""
    return triggered(cp, payload, SENDERS)


def triggered(cp: SimulatedChargePoint, payload: Payload, senders: Mapping[str, Sender]) -> Payload:
    """Send one of the messages of `senders` after the answer."""
    number = payload.get("connectorId")
    sender = senders.get(payload["requestedMessage"])
    if sender is None:
        return {"status": "NotImplemented"}
    if number is not None and number != 0 and number not in cp.connectors:
        return {"status": "Rejected"}
    numbers = (0, *cp.connectors) if number is None else (number,)
    cp.timers.set(
        f"trigger-{payload['requestedMessage']}-{number}",
        ANSWER_FIRST_S,
        lambda: sender(cp, numbers),
    )
    return {"status": "Accepted"}


def _boot(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:  # noqa: ARG001
    cp.boot.send()


def _heartbeat(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:  # noqa: ARG001
    cp.boot.send_heartbeat(early=True)


def _diagnostics(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:  # noqa: ARG001
    send_file_status(cp, "Diagnostics", early=True)


def _firmware(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:  # noqa: ARG001
    send_file_status(cp, "Firmware", early=True)


def _meter_values(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:
    cp.advance()
    if 0 in numbers:
        send_main_meter(cp, "Trigger", "MeterValuesSampledData")
    for connector in cp.connectors.values():
        if 0 in numbers or connector.number in numbers:
            cp.sessions.send_meter_values(connector, "Trigger")


def _status(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:
    for number in numbers:
        cp.statuses.send(number, early=True)


SENDERS: Final[dict[str, Sender]] = {
    "BootNotification": _boot,
    "DiagnosticsStatusNotification": _diagnostics,
    "FirmwareStatusNotification": _firmware,
    "Heartbeat": _heartbeat,
    "MeterValues": _meter_values,
    "StatusNotification": _status,
}
