"""Many charge points in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Self

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec
from chargers.simulator.stats import Counters

CONNECTIONS_PER_S = 200.0


class Fleet:
    """Charge points that share an endpoint and counters; connects them one after the other.

    Use it as an asynchronous context manager.
    """

    def __init__(
        self,
        specs: Iterable[ChargePointSpec],
        *,
        url: str,
        speed: float = 1.0,
        history: int = 0,
        connections_per_s: float = CONNECTIONS_PER_S,
    ) -> None:
        self.counters = Counters()
        self.charge_points = {
            spec.identity: SimulatedChargePoint(
                spec, url=url, speed=speed, history=history, counters=self.counters
            )
            for spec in specs
        }
        self._pause_s = 1.0 / connections_per_s
        self._starter: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._starter = asyncio.create_task(self._start_all())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._starter is not None:
            self._starter.cancel()
            await asyncio.gather(self._starter, return_exceptions=True)
        await asyncio.gather(*(cp.aclose() for cp in self.charge_points.values()))

    @property
    def charging(self) -> int:
        """Number of connectors in a transaction."""
        return sum(
            connector.transaction is not None
            for cp in self.charge_points.values()
            for connector in cp.connectors.values()
        )

    @property
    def power_w(self) -> float:
        """Power of all connectors together."""
        return sum(
            connector.charge.power_w
            for cp in self.charge_points.values()
            for connector in cp.connectors.values()
        )

    async def booted(self) -> None:
        """Wait until every charge point is registered."""
        for cp in self.charge_points.values():
            await cp.booted()

    async def _start_all(self) -> None:
        for cp in self.charge_points.values():
            cp.start()
            await asyncio.sleep(self._pause_s)


def uniform_specs(
    count: int,
    *,
    prefix: str = "SIM_",
    connectors: int = 2,
    interval_s: float = 60,
    password: str | None = None,
    misbehaviours: Sequence[str] = (),
    seed: int = 0,
    base_load_w: tuple[float, ...] = (),
) -> list[ChargePointSpec]:
    """Describe `count` like charge points: odd connectors AC 22 kW, even ones DC 50 kW.

    With a base load the first one tells it as its main meter, every `interval_s`.
    """
    parts = tuple(
        ConnectorSpec(number=number, current="AC" if number % 2 else "DC")
        for number in range(1, connectors + 1)
    )
    specs = [
        ChargePointSpec(
            identity=f"{prefix}{index:05d}",
            connectors=parts,
            password=password,
            misbehaviours=tuple(misbehaviours),
            meter_interval_s=interval_s,
            seed=seed * 100_000 + index,
        )
        for index in range(1, count + 1)
    ]
    if base_load_w:
        specs[:1] = [_with_main_meter(spec, base_load_w) for spec in specs[:1]]
    return specs


def _with_main_meter(spec: ChargePointSpec, base_load_w: tuple[float, ...]) -> ChargePointSpec:
    aligned = (
        ("ClockAlignedDataInterval", str(max(1, round(spec.meter_interval_s)))),
        ("MeterValuesAlignedData", "Power.Active.Import,Current.Import"),
    )
    return replace(spec, base_load_w=base_load_w, configuration=(*spec.configuration, *aligned))
