"""BootNotification and Heartbeat: registration with the central system (OCPP 1.6 §4.2, §4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.calls import CallFailedError
from chargers.simulator.clock import parse_time
from chargers.simulator.frames import Payload

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

DEFAULT_RETRY_S = 30.0
FAILED_RETRY_S = 5.0


class Boot:
    """Registration of one charge point; nothing but it is sent before it is accepted."""

    __slots__ = ("_cp", "count", "status")

    def __init__(self, cp: SimulatedChargePoint) -> None:
        self._cp = cp
        self.status = ""
        self.count = 0

    @property
    def accepted(self) -> bool:
        """Tell whether the central system has accepted this charge point."""
        return self.status == "Accepted"

    def opened(self) -> None:
        """Register on a new connection, unless this model never does so twice."""
        if self.count and self._cp.has("no_boot_after_reconnect"):
            self._accept()
            return
        self.status = ""
        self.send()

    def restarted(self) -> None:
        """Forget the registration: the charge point reboots."""
        self.status = ""
        self.count = 0

    def send(self) -> None:
        """Send a BootNotification."""
        self._cp.timers.cancel("boot")
        self._cp.post("BootNotification", self._payload(), self._answered, self._failed, early=True)

    def send_heartbeat(self, *, early: bool = False) -> None:
        """Send a Heartbeat and set the clock by its answer."""
        self._cp.post("Heartbeat", {}, self._set_clock, early=early)

    def schedule_heartbeat(self) -> None:
        """Send heartbeats at the configured interval from now on."""
        interval = self._cp.configuration.number("HeartbeatInterval")
        if interval > 0:
            self._cp.timers.set("heartbeat", interval, self._beat)

    def _beat(self) -> None:
        if self._cp.online:
            self.send_heartbeat()
        self.schedule_heartbeat()

    def _payload(self) -> Payload:
        spec = self._cp.spec
        payload = {
            "chargePointVendor": spec.vendor,
            "chargePointModel": spec.model,
            "firmwareVersion": self._cp.firmware_version,
        }
        if spec.serial:
            payload["chargePointSerialNumber"] = spec.serial
        return payload

    def _answered(self, payload: Payload) -> None:
        self._set_clock(payload)
        interval = float(payload.get("interval", 0))
        self.status = str(payload.get("status"))
        if self.accepted:
            if interval > 0:
                self._cp.configuration.set("HeartbeatInterval", f"{interval:g}")
            self._accept()
        else:
            self._cp.timers.set("boot", interval or DEFAULT_RETRY_S, self._retry)
        self._cp.changed()

    def _failed(self, error: CallFailedError) -> None:
        if error.code != "ConnectionLost":
            self._cp.timers.set("boot", FAILED_RETRY_S, self._retry)
        self._cp.changed()

    def _retry(self) -> None:
        if self._cp.wire.connected:
            self.send()

    def _accept(self) -> None:
        self.status = "Accepted"
        self.count += 1
        self._cp.wire.outbox.gate_open = True
        self.schedule_heartbeat()
        self._cp.registered()
        self._cp.wire.outbox.wake()

    def _set_clock(self, payload: Payload) -> None:
        text = payload.get("currentTime")
        if isinstance(text, str) and not self._cp.has("wrong_clock"):
            try:
                self._cp.clock.synchronise(parse_time(text))
            except ValueError:
                self._cp.wire.counters.failed(f"{self._cp.spec.identity}: time {text!r}")
