"""Charge points of `bench.growth`: a day of charges as OCPP 1.6 messages, and what they do with limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chargers.ocpp.handling import Link

CHARGES_MIN: Final = ((8 * 60, 12 * 60), (18 * 60, 22 * 60))
"""From which to which minute of its day each charge lasts: 8 h in two charges."""

POWER_W: Final = 50_000.0
BATTERY_WH: Final = 350_000.0
VOLTAGE_V: Final = 680.0

Told = tuple[str, dict[str, Any]]


@dataclass
class Point:
    """A charge point with one DC connector of 50 kW; its day begins `late_min` after the others'.

    `second` is when in a minute it speaks. `limits_w` are by the purpose of their profiles.
    """

    link: Link
    tag: str
    second: int
    late_min: int
    number: int | None = None
    register_wh: float = 1_000_000.0
    soc_percent: float = 0.0
    limits_w: dict[str, float] = field(default_factory=dict)

    def minute(self, minute: int, at: datetime) -> Iterator[Told]:
        """Yield what is told in a minute since the beginning, one after the other."""
        today = (minute - self.late_min) % (24 * 60)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        for begin, end in CHARGES_MIN:
            if today == begin:
                yield from self._start(stamp)
            elif today == end and self.number is not None:
                yield from self._stop(stamp)
        if self.number is not None:
            yield "MeterValues", self._meter(minute, stamp)
        yield "Heartbeat", {}

    def follow(self, action: str, payload: Mapping[str, Any]) -> dict[str, str]:
        """Do what is commanded and return the answer."""
        if action == "SetChargingProfile":
            profile = payload["csChargingProfiles"]
            schedule = profile["chargingSchedule"]
            volts = VOLTAGE_V if schedule["chargingRateUnit"] == "A" else 1.0
            limit = schedule["chargingSchedulePeriod"][0]["limit"]
            self.limits_w[profile["chargingProfilePurpose"]] = limit * volts
        return {"status": "Accepted"}

    def _start(self, stamp: str) -> Iterator[Told]:
        self.soc_percent = 20.0
        yield "StatusNotification", _status("Preparing", stamp)
        yield "Authorize", {"idTag": self.tag}
        meter = round(self.register_wh)
        yield (
            "StartTransaction",
            {"connectorId": 1, "idTag": self.tag, "meterStart": meter, "timestamp": stamp},
        )
        yield "StatusNotification", _status("Charging", stamp)

    def _stop(self, stamp: str) -> Iterator[Told]:
        yield (
            "StopTransaction",
            {
                "transactionId": self.number, "idTag": self.tag, "meterStop": round(self.register_wh),
                "timestamp": stamp, "reason": "Local",
            },
        )  # fmt: skip
        self.number = None
        self.limits_w.pop("TxProfile", None)
        yield "StatusNotification", _status("Finishing", stamp)
        yield "StatusNotification", _status("Available", stamp)

    def _meter(self, minute: int, stamp: str) -> dict[str, Any]:
        allowed_w = self.limits_w.get("TxProfile", self.limits_w.get("TxDefaultProfile", POWER_W))
        taper = min(1.0, (100.0 - self.soc_percent) / 20.0)
        wavering = 0.985 + 0.015 * math.sin(minute * 0.7 + self.late_min)
        power_w = min(POWER_W * taper, allowed_w) * wavering
        self.register_wh += power_w / 60
        self.soc_percent = min(self.soc_percent + 100 * power_w / 60 / BATTERY_WH, 99.9)
        values = [
            ("Energy.Active.Import.Register", f"{self.register_wh:.0f}", "Wh"),
            ("Power.Active.Import", f"{power_w:.1f}", "W"),
            ("Current.Import", f"{power_w / VOLTAGE_V:.2f}", "A"),
            ("Voltage", f"{VOLTAGE_V:.2f}", "V"),
            ("SoC", f"{self.soc_percent:.1f}", "Percent"),
            ("Temperature", f"{35 + power_w / 5000:.1f}", "Celsius"),
        ]
        sampled = [
            {
                "value": value, "context": "Sample.Periodic", "format": "Raw", "measurand": measurand,
                "location": "EV" if measurand == "SoC" else "Outlet", "unit": unit,
            }
            for measurand, value, unit in values
        ]  # fmt: skip
        meter_value = {"timestamp": stamp, "sampledValue": sampled}
        return {"connectorId": 1, "transactionId": self.number, "meterValue": [meter_value]}


def _status(status: str, stamp: str) -> dict[str, Any]:
    return {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": stamp}
