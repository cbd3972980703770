"""The physical side of a charge point: limits, power and energy of all its connectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chargers.simulator.connector import Connector
from chargers.simulator.electrics import Readings, read, unsteady_power_w
from chargers.simulator.limits import Limit, LimitWindow, share, tightest
from chargers.simulator.physics import advance, offered_power_w, used_phases, wanted_power_w
from chargers.simulator.profile_store import ProfileStore
from chargers.simulator.spec import ChargePointSpec


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on both clocks: seconds that never go back, and the device's time."""

    at_s: float
    at: datetime


class PowerStage:
    """Moves the connectors of one charge point through time.

    A limit lowered at `t` is obeyed by `t + obey_delay_s` when `advance` is called every
    `tick_s` seconds: the two steps of detection and reaction come off the delay. Where it never `resumes`, a
    limit of 0 is the end of a charge.
    """

    def __init__(
        self,
        spec: ChargePointSpec,
        profiles: ProfileStore,
        *,
        speed: float,
        obeys: bool = True,
        resumes: bool = True,
    ) -> None:
        self._spec = spec
        self._profiles = profiles
        self._speed = speed
        self._obeys = obeys
        self._resumes = resumes
        self._window = LimitWindow(max(0.0, spec.obey_delay_s - 2 * spec.tick_s))

    def advance(self, connectors: Sequence[Connector], moment: Moment) -> None:
        """Bring the connectors with a vehicle in a transaction up to this moment."""
        active = [connector for connector in connectors if connector.is_active]
        if not active:
            return
        total = self._station_limit(active, moment)
        self._window.push(moment.at_s, total)
        limits = [self._limit(connector, moment) for connector in active]
        for connector, limit in zip(active, limits, strict=True):
            connector.caps.push(moment.at_s, limit)
        caps = [connector.caps.allowed(moment.at_s) for connector in active]
        total_cap = self._window.allowed(moment.at_s) or total
        targets = self._grant(active, limits, total)
        ceilings = self._grant(active, caps, total_cap)
        for index, connector in enumerate(active):
            self._move(connector, targets[index], ceilings[index], moment)

    def readings(self, connector: Connector, at_s: float) -> Readings:
        """Return what the meter of a connector shows."""
        return read(
            connector.spec,
            power_w=connector.charge.power_w,
            phases=min(connector.phases, connector.spec.phases),
            soc_percent=connector.charge.soc_percent,
            seed=self._seed(connector),
            at_s=at_s,
        )

    def _seed(self, connector: Connector) -> int:
        return self._spec.seed * 31 + connector.number

    def _station_limit(self, active: Sequence[Connector], moment: Moment) -> Limit:
        rated = Limit(self._spec.rated_power_w)
        if not self._obeys or not len(self._profiles):
            return rated
        starts = [c.transaction.started_at for c in active if c.transaction is not None]
        session_start = min(starts, default=moment.at)
        return tightest(self._profiles.station_limit(moment.at, session_start), rated) or rated

    def _limit(self, connector: Connector, moment: Moment) -> Limit:
        rated = Limit(connector.spec.rated_power_w, connector.spec.phases)
        transaction = connector.transaction
        if not self._obeys or not len(self._profiles) or transaction is None:
            return rated
        if transaction.stuck:
            return replace(rated, power_w=0.0)
        found = self._profiles.connector_limit(
            connector.number, moment.at, transaction.started_at, connector.spec.phases
        )
        return tightest(found, rated) or rated

    def _grant(
        self, active: Sequence[Connector], limits: Sequence[Limit | None], total: Limit
    ) -> list[float]:
        wanted = [
            min(_offer(connector, limit), _want(connector))
            for connector, limit in zip(active, limits, strict=True)
        ]
        granted = share(total.power_w, wanted)
        return [
            _usable(connector, limit, part)
            for connector, limit, part in zip(active, limits, granted, strict=True)
        ]

    def _move(self, connector: Connector, target_w: float, ceiling_w: float, moment: Moment) -> None:
        vehicle = connector.vehicle
        if vehicle is None:
            return
        limit = connector.caps.allowed(moment.at_s)
        if connector.transaction is not None and limit is not None and limit.power_w <= 0:
            connector.transaction.stuck = not self._resumes
        connector.phases = used_phases(connector.spec, vehicle, limit)
        connector.wanted_w = _want(connector)
        offer = _offer(connector, limit)
        connector.offered_w = offer if connector.wanted_w <= 0 or ceiling_w > 0 else 0.0
        steady = min(target_w, ceiling_w)
        connector.charge = advance(
            connector.charge,
            connector=connector.spec,
            vehicle=vehicle,
            target_w=unsteady_power_w(steady, seed=self._seed(connector), at_s=moment.at_s),
            cap_w=ceiling_w,
            dt_s=max(0.0, moment.at_s - connector.updated_s),
            ramp_w_per_s=self._spec.ramp_w_per_s,
            speed=self._speed,
        )
        connector.updated_s = moment.at_s


def _offer(connector: Connector, limit: Limit | None) -> float:
    transaction = connector.transaction
    if connector.vehicle is None or transaction is None or transaction.refused:
        return 0.0
    return offered_power_w(connector.spec, connector.vehicle, limit)


def _want(connector: Connector) -> float:
    if connector.vehicle is None:
        return 0.0
    return wanted_power_w(connector.spec, connector.vehicle, connector.charge.soc_percent)


def _usable(connector: Connector, limit: Limit | None, granted_w: float) -> float:
    """Return the granted power, or 0 when it is below what the connector can offer at all."""
    vehicle = connector.vehicle
    if vehicle is None or granted_w <= 0:
        return 0.0
    if granted_w >= _want(connector):
        return granted_w
    phases = used_phases(connector.spec, vehicle, limit)
    return granted_w if offered_power_w(connector.spec, vehicle, Limit(granted_w, phases)) else 0.0
