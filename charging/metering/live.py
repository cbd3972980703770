"""The latest measured values of connectors and main meters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from charging.metering.headline import Headline
from charging.metering.reading import Moment, Quality
from evkit.core.db import Read, columns, update_rows

Place = tuple[int, int]
Row = tuple[Any, ...]

_CONNECTOR: Final = columns(
    evse_id="bigint",
    power_w="float8",
    energy_wh="float8",
    current_l1_a="float8",
    current_l2_a="float8",
    current_l3_a="float8",
    voltage_v="float8",
    soc_percent="float8",
    temperature_c="float8",
    measured_at="timestamptz",
    measured_device_at="timestamptz",
    measured_received_at="timestamptz",
)
_OWN: Final = columns(
    charge_point_id="bigint", power_w="float8", energy_wh="float8", measured_at="timestamptz"
)


@dataclass(slots=True)
class Latest:
    """The values of one place, when the newest was measured, by the device's clock, and when it arrived."""

    values: Headline
    measured_at: datetime | None
    device_at: datetime | None = None
    received_at: datetime | None = None
    changed: bool = False

    def take(self, moment: Moment, received_at: datetime) -> None:
        """Let the values of `moment` replace older ones; what it does not say stays."""
        if self.measured_at is not None and moment.order_at < self.measured_at:
            return
        headline = moment.headline
        if moment.quality and moment.quality & Quality.ENERGY:
            headline = headline._replace(energy_wh=None)
        if None in headline:
            headline = Headline._make(
                old if new is None else new for old, new in zip(self.values, headline, strict=True)
            )
        self.values = headline
        self.measured_at = moment.order_at
        self.device_at, self.received_at = moment.at, received_at
        self.changed = True


@dataclass(slots=True)
class Live:
    """The live values that a batch of meter values touches."""

    connectors: dict[Place, tuple[int, Latest]] = field(default_factory=dict)
    main_meters: dict[int, Latest] = field(default_factory=dict)

    @classmethod
    def reads(cls, evse_ids: Iterable[int], charge_point_ids: Iterable[int]) -> list[Read]:
        """Return what `load` needs of the database."""
        connectors = Read("chargers_evsestate", _CONNECTOR, evse_ids, key="evse_id")
        own = Read("chargers_chargepointstate", _OWN, charge_point_ids, key="charge_point_id")
        return [connectors, own]

    @classmethod
    def load(
        cls, evse_ids: Mapping[Place, int], connectors: Iterable[Row], main_meters: Iterable[Row]
    ) -> Live:
        """Return the values of these connectors and main meters, from what `reads` found."""
        live = cls()
        stored = {row[0]: Latest(Headline(*row[1:9]), *row[9:12]) for row in connectors}
        live.connectors = {place: (pk, stored[pk]) for place, pk in evse_ids.items() if pk in stored}
        for pk, power_w, energy_wh, at in main_meters:
            live.main_meters[pk] = Latest(Headline(power_w, energy_wh), at)
        return live

    def take(self, place: Place, moment: Moment, received_at: datetime) -> None:
        """Take `moment` of a connector or, at connector 0, of a main meter."""
        if place[1]:
            known = self.connectors.get(place)
            latest = known[1] if known else None
        else:
            latest = self.main_meters.get(place[0])
        if latest is not None:
            latest.take(moment, received_at)

    def store(self) -> None:
        """Write what changed, two statements at most."""
        update_rows(
            "chargers_evsestate",
            _CONNECTOR,
            [
                (pk, *latest.values, latest.measured_at, latest.device_at, latest.received_at)
                for pk, latest in self.connectors.values()
                if latest.changed
            ],
        )
        update_rows(
            "chargers_chargepointstate",
            _OWN,
            [
                (pk, latest.values.power_w, latest.values.energy_wh, latest.measured_at)
                for pk, latest in self.main_meters.items()
                if latest.changed
            ],
        )
