"""Answers to remote start and stop (OCPP 1.6 §5.11, §5.12)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from chargers.simulator.commands.core import ANSWER_FIRST_S
from chargers.simulator.connector import Connector
from chargers.simulator.frames import Payload
from chargers.simulator.profile_codec import ProfileRefusedError, read_profile
from chargers.simulator.profiles import TX_PROFILE

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

REJECTED: Payload = {"status": "Rejected"}


def remote_start(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Accept when a connector can start for this tag now or once a vehicle is plugged in."""
    id_tag = payload["idTag"]
    connector = _choose(cp, payload.get("connectorId"), id_tag)
    if connector is None or not _take_profile(connector, payload.get("chargingProfile")):
        return dict(REJECTED)

    def begin() -> None:
        cp.spawn(_begin(cp, connector, id_tag))

    cp.timers.set(f"start-{connector.number}", ANSWER_FIRST_S, begin)
    return {"status": "Accepted"}


def remote_stop(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Stop the transaction with that id."""
    for connector in cp.connectors.values():
        transaction = connector.transaction
        if transaction is not None and transaction.remote_id == payload["transactionId"]:
            stop = partial(cp.sessions.stop, connector, "Remote")
            cp.timers.set(f"stop-{connector.number}", ANSWER_FIRST_S, stop)
            return {"status": "Accepted"}
    return dict(REJECTED)


def _choose(cp: SimulatedChargePoint, number: int | None, id_tag: str) -> Connector | None:
    if number is not None:
        candidates = [cp.connectors[number]] if number in cp.connectors else []
    else:
        candidates = sorted(cp.connectors.values(), key=lambda item: item.vehicle is None)
    free = [c for c in candidates if c.transaction is None and cp.authorisation.may_use(c, id_tag)]
    return free[0] if free else None


def _take_profile(connector: Connector, data: Payload | None) -> bool:
    if data is None:
        return True
    try:
        profile = read_profile(connector.number, data)
    except ProfileRefusedError:
        return False
    if profile.purpose != TX_PROFILE:
        return False
    connector.start_profile = profile
    return True


async def _begin(cp: SimulatedChargePoint, connector: Connector, id_tag: str) -> None:
    if cp.configuration.flag("AuthorizeRemoteTxRequests"):
        status = await cp.authorisation.ask(id_tag)
        if status != "Accepted":
            connector.start_profile = None
            return
    cp.sessions.authorise(connector, id_tag)
