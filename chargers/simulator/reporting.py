"""StatusNotification: telling the central system what has changed (OCPP 1.6 §4.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.clock import format_time
from chargers.simulator.connector import Connector
from chargers.simulator.station import Station

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint


class StatusReports:
    """Statuses of the charge point (0) and its connectors as last reported."""

    __slots__ = ("_cp",)

    def __init__(self, cp: SimulatedChargePoint) -> None:
        self._cp = cp

    def forget(self) -> None:
        """Make every status unreported, as after a boot."""
        for part in self._parts().values():
            part.reported = None

    def send_changed(self) -> None:
        """Send every status that differs from what was reported."""
        for number, part in self._parts().items():
            if part.reported != (part.status, part.error_code):
                self.send(number)

    def send(self, number: int, *, early: bool = False) -> None:
        """Send one status as it is now."""
        part = self._parts()[number]
        part.reported = (part.status, part.error_code)
        body = {
            "connectorId": number,
            "errorCode": part.error_code,
            "status": part.status,
            "timestamp": format_time(self._cp.clock.now()),
        }
        self._cp.post("StatusNotification", body, early=early)

    def _parts(self) -> dict[int, Connector | Station]:
        return {0: self._cp.station, **self._cp.connectors}
