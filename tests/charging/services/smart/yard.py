"""A depot in the database whose charge points answer when the test says so; time is in s since `NOW`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chargers.models import ChargePoint, ChargePointState, Command, ConfigurationKey, Evse, EvseState
from chargers.services.commands import queue_command
from charging.models import ConnectorLimit, Transaction
from charging.ocpp.v16.table import COMMANDS
from charging.services.smart.balancing import rebalance
from charging.services.smart.marks import SMART
from charging.smart.planner import Plan
from evkit.core.recorders import Actor
from sites.models import Site
from tests.chargers.exchange import NOW, Socket
from tests.factories import ChargePointFactory, SiteFactory, TransactionFactory

HAND = Actor(name="claire")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Yard:
    """One site of AC connectors (32 A, three phases) with smart charging on."""

    def __init__(self, limit_a: float = 63.0, **site: Any) -> None:
        chosen = {
            "limit_value": limit_a, "limit_unit": "A", "smart_charging_enabled": True, "launch_reserve": 0,
            "dead_band_value": 0,
        }  # fmt: skip
        self.site: Site = SiteFactory(**{**chosen, **site})
        self.sockets: dict[int, Socket] = {}

    def point(self, connectors: int = 1, *, since: float = -3600, **fields: Any) -> ChargePoint:
        """A charge point that has been connected for an hour."""
        point: ChargePoint = ChargePointFactory(site=self.site, evses=connectors, **fields)
        self.sockets[point.pk] = Socket(point, COMMANDS)
        self.set_state(point, connected_at=at(since), booted_at=at(since))
        return point

    def set_state(self, point: ChargePoint, **values: Any) -> None:
        ChargePointState.objects.filter(pk=point.pk).update(**values)

    def tell_key(self, point: ChargePoint, key: str, value: str) -> None:
        ConfigurationKey.objects.create(charge_point=point, key=key, value=value, reported_at=at(-60))

    def start(self, evse: Evse, seconds: float = 0, **fields: Any) -> Transaction:
        started: Transaction = TransactionFactory(
            evse=evse, started_at=at(seconds), started_received_at=at(seconds), **fields
        )
        return started

    def stop(self, charge: Transaction, seconds: float) -> None:
        Transaction.objects.filter(pk=charge.pk).update(ended_at=at(seconds))

    def measure(self, evse: Evse, amperes: float, seconds: float) -> None:
        moment = at(seconds)
        EvseState.objects.filter(pk=evse.pk).update(
            current_l1_a=amperes, measured_at=moment, measured_device_at=moment, measured_received_at=moment
        )

    def cycle(self, seconds: float) -> Plan | None:
        return rebalance(site_id=self.site.pk, now=at(seconds))

    def settle(self, seconds: float, status: str = "Accepted") -> Plan | None:
        """Balance and answer until nothing is sent any more, all within this second."""
        plan = self.cycle(seconds)
        for _round in range(8):
            if not self.answer_all(seconds, status):
                break
            plan = self.cycle(seconds)
        return plan

    def answer_all(self, seconds: float, status: str = "Accepted") -> int:
        """Let every connected charge point answer what waits for it."""
        return sum(len(self.answer(ChargePoint.objects.get(pk=pk), seconds, status)) for pk in self.sockets)

    def answer(self, point: ChargePoint, seconds: float, status: str = "Accepted") -> list[dict[str, Any]]:
        """Let a charge point answer all that waits for it; return the payloads."""
        socket, payloads = self.sockets[point.pk], []
        if not ChargePointState.objects.get(pk=point.pk).connected:
            return []
        while (claim := socket.claim(now=at(seconds))) is not None:
            payloads.append(dict(claim.payload))
            socket.confirm(claim, {"status": status}, after_s=seconds)
        return payloads

    def leave(self, point: ChargePoint) -> None:
        self.set_state(point, connected=False, connection_token=None)

    def come_back(self, point: ChargePoint, seconds: float, *, boots: bool = False) -> None:
        self.sockets[point.pk] = Socket(point, COMMANDS)
        self.set_state(point, connected_at=at(seconds))
        if boots:
            self.set_state(point, booted_at=at(seconds))

    def by_hand(self, point: ChargePoint, action: str, payload: dict[str, Any], seconds: float) -> Command:
        return queue_command(charge_point=point, action=action, payload=payload, now=at(seconds), actor=HAND)

    def row(self, evse: Evse) -> ConnectorLimit:
        return ConnectorLimit.objects.get(pk=evse.pk)

    def told(self, evse: Evse) -> list[float]:
        """The limits that smart charging asked for, oldest first."""
        commands = Command.objects.filter(
            charge_point=evse.charge_point, action="SetChargingProfile", requested_name=SMART.name
        ).order_by("pk")
        return [
            command.payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]
            for command in commands
            if command.payload["connectorId"] == evse.number
            and command.payload["csChargingProfiles"]["chargingProfilePurpose"] == "TxProfile"
        ]


def profile(
    limit_a: float, *, purpose: str = "TxProfile", level: int = 0, number: int = 77
) -> dict[str, Any]:
    """A profile that somebody sets by hand."""
    return {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_a}],
        },
    }  # fmt: skip


def only(point: ChargePoint) -> Evse:
    """The first connector of a charge point."""
    evse: Evse = point.evses.get(number=1)
    return evse
