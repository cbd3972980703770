"""A transaction as its meter values move it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from charging.metering.energy import TOLERANCE_WH, Register, advance
from charging.metering.reading import Moment, Quality
from charging.types import Step
from evkit.core.db import columns

COLUMNS = columns(
    number="int4",
    charge_point_id="bigint",
    evse_id="bigint",
    started_at="timestamptz",
    ended_at="timestamptz",
    measured_at="timestamptz",
    step="text",
    charging_at="timestamptz",
    power_peak_w="float8",
    soc_start_percent="float8",
    soc_last_percent="float8",
    meter_start_wh="float8",
    meter_last_wh="float8",
    segments_wh="float8",
    segment_start_wh="float8",
    energy_wh="float8",
)
"""What `Progress` is loaded from, in the order of its attributes."""


@dataclass(slots=True)
class Progress:
    """What the meter values of a transaction say, in the units of `Transaction`."""

    number: int
    charge_point_id: int
    evse_id: int
    started_at: datetime
    ended_at: datetime | None
    measured_at: datetime | None
    step: str
    charging_at: datetime | None
    power_peak_w: float | None
    soc_start_percent: float | None
    soc_last_percent: float | None
    register: Register
    evse_number: int = 0
    changed: bool = False

    @classmethod
    def load(cls, row: Sequence[Any], evse_number: int) -> Progress:
        """Return the progress stored in a row of `COLUMNS`, on the connector of this number."""
        values = [*row[:-5], Register(*row[-5:]), evse_number]
        return cls(*values)

    @property
    def place(self) -> tuple[int, int]:
        """The charge point and the number of the connector."""
        return self.charge_point_id, self.evse_number

    def take(self, moment: Moment) -> bool:
        """Take `moment` into account; return whether the register restarted.

        A moment older than the newest one only counts for the peak.
        """
        if self.ended_at is not None:
            return False
        self.changed = True
        headline = moment.headline
        self._see_power(moment)
        if self.measured_at is not None and moment.order_at < self.measured_at:
            return False
        if headline.soc_percent is not None:
            if self.soc_start_percent is None:
                self.soc_start_percent = headline.soc_percent
            self.soc_last_percent = headline.soc_percent
        restarted = False
        believable = not moment.quality or not moment.quality & Quality.ENERGY
        if headline.energy_wh is not None and believable:
            restarted = self._see_register(headline.energy_wh, moment)
        self.measured_at = moment.order_at
        return restarted

    def _see_power(self, moment: Moment) -> None:
        power = moment.headline.power_w
        if power is None:
            return
        if self.power_peak_w is None or power > self.power_peak_w:
            self.power_peak_w = power
        if power > 0:
            self._charging(moment.at)

    def _see_register(self, reading_wh: float, moment: Moment) -> bool:
        since = self.measured_at or self.started_at
        before = self.register.energy_wh
        elapsed_s = (moment.order_at - since).total_seconds()
        self.register, restarted = advance(self.register, reading_wh, elapsed_s=elapsed_s)
        if moment.headline.power_w is None and self.register.energy_wh > before + TOLERANCE_WH:
            self._charging(moment.at)
        return restarted

    def _charging(self, at: datetime) -> None:
        if self.charging_at is None or at < self.charging_at:
            self.charging_at = max(at, self.started_at)
        if self.step != Step.STOPPED:
            self.step = Step.CHARGING
