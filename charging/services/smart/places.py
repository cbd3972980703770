"""One connector with all that is known of it: its rows, and what the planner makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chargers.types import CommandState, ConnectorStatus
from charging.departures import Departure, departure_of
from charging.models import ChargeOverride, Pause
from charging.priorities import priority_of
from charging.services.smart.facts import ChargeFacts, EvseFacts, EvseState, PointState
from charging.services.smart.foreign import Foreign
from charging.services.smart.ladder import Way, has_given_up, way_of
from charging.services.smart.marks import LEVEL
from charging.services.smart.observing import learn, measuring_time
from charging.services.smart.resuming import flow_of, note_resuming
from charging.services.smart.settings_of import Range
from charging.services.smart.storing import LimitRow
from charging.smart.connector import LATENCY_S, STANDBY, Connector, Limits, useful
from charging.smart.drawing import Draw, certain, draw_of_power
from charging.smart.network import Load
from charging.smart.resting import Rest, rest_of
from charging.smart.resuming import Trial
from charging.smart.rules import Rule
from charging.types import OverrideKind
from evkit.core.units import LimitUnit
from sites.models import Site

REFRESH_S: Final = 450.0
"""A schedule that falls within this time is sent again: half of its life (specification)."""

BOOSTED: Final = 2_000_000
"""Above every priority that can be declared."""


@dataclass(frozen=True, slots=True)
class Place:
    """One connector with its rows.

    Attributes:
        site, evse, row, settings, unit: what it is, and how it is told.
        charge, pause: what runs on it, and who holds that.
        override: what somebody decided about the charge; a held one is barred as well.
        barred: no power may flow to it.
        rule: how it takes part in sharing.
        resumes, floor: what a limit of 0 does there (see `Connector`).
        periods: how many periods a schedule may have.
        foreign: what others did, or are about to do, to its limit.
        disturbed: they are about to.
    """

    site: Site
    evse: EvseFacts
    row: LimitRow
    settings: Range
    unit: LimitUnit
    charge: ChargeFacts | None = None
    pause: Pause | None = None
    override: ChargeOverride | None = None
    barred: bool = False
    rule: Rule = Rule.EQUAL
    resumes: bool = True
    floor: float = 0.0
    periods: int = 2
    foreign: tuple[Foreign, ...] = ()
    disturbed: bool = False

    @property
    def own(self) -> PointState | None:
        """What is known of its charge point."""
        return self.evse.charge_point.state

    @property
    def connected(self) -> bool:
        """Whether it can be told anything now."""
        return bool(self.own and self.own.connected)

    @property
    def boosted(self) -> bool:
        """Whether its charge goes before all others, whatever the rule of the site."""
        return self.override is not None and self.override.kind == OverrideKind.BOOST

    @property
    def covered(self) -> bool:
        """Whether a pause has taken the place of its limit in the stack."""
        return self.pause is not None and self.pause.stack_level <= LEVEL

    @property
    def paused(self) -> bool:
        """Whether such a pause is confirmed: nothing else rules."""
        return self.pause is not None and self.covered and self.pause.command.state == CommandState.ACCEPTED


def connector_of(place: Place, load: Load, site: int, now: datetime) -> Connector:
    """Return a connector as the planner sees it; what its measurements teach is noted in its row."""
    row, charge, settings = place.row, place.charge, place.settings
    state = place.evse.state
    at = measuring_time(state, place.own, row.confirmed_at, now)
    draw = _drawn(place, state) if at and state else None
    measured = draw.least if draw else None
    learn(row, settings, draw.most if draw else None, at)
    vacant = is_vacant(place, measured, at)
    falls_in_s = -_ago_s(row.falls_at, now) if row.falls_at else float("inf")
    changed_ago_s = _ago_s(row.changed_at, now)
    row.cap = useful(
        Limits(settings.hardware, settings.minimum, settings.step),
        offered=row.confirmed, taken=draw.likely if draw else None, cap=row.cap, changed_ago_s=changed_ago_s,
    )  # fmt: skip
    _note_rest(row, settings, _taken(measured, state), changed_ago_s, now)
    offered = 0.0 if place.paused else row.confirmed
    flow = flow_of(draw, state)
    note_resuming(row, settings, charge, offered=offered, taken=flow, changed_ago_s=changed_ago_s)
    departure = departure_of(charge, place.site.zone, now) if charge else Departure()
    known = Connector(
        load=load,
        hardware=settings.hardware,
        minimum=settings.minimum,
        step=settings.step,
        charging=charge is not None and not vacant,
        vacant=vacant,
        site=site,
        barred=place.barred or has_given_up(row),
        reachable=place.connected,
        confirmed=row.confirmed,
        confirmed_ago_s=_ago_s(row.confirmed_at, now),
        before=row.before,
        in_flight=() if row.sent is None else (row.sent,),
        doubtful=settings.hardware if place.disturbed else row.doubtful,
        falls_in_s=falls_in_s,
        refresh=falls_in_s < REFRESH_S,
        overdraw=row.overdraw,
        falls_to=settings.start,
        cap=row.cap,
        rests=row.rests_until is not None,
        resumes=place.resumes,
        lost=row.trial == Trial.LOST,
        floor=place.floor,
        latency_s=row.latency_s or LATENCY_S,
        refuses=has_given_up(row) and row.confirmed is None,
        distrusted=row.distrusted or row.missed_at is not None,
        default=_default(place),
        measured=measured,
        measured_most=draw.most if draw else None,
        rule=Rule.PRIORITY if place.boosted else place.rule,
        tier=tier_of(place),
        started=charge.started_at.timestamp() if charge else 0.0,
        served_wh=charge.energy_wh or 0.0 if charge else 0.0,
        energy_wh=_or_nan(departure.needs_wh),
        remaining_s=_or_nan((departure.at - now).total_seconds() if departure.at else None),
        changed_ago_s=changed_ago_s,
        on_for_s=_ago_s(row.on_since, now) if row.on_since else None,
        off_for_s=_ago_s(row.off_since, now) if row.off_since else None,
    )
    return _held(place, known, now)


def is_vacant(place: Place, measured: float | None, at: datetime | None) -> bool:
    """Return whether a connector says that it is free while its transaction is open, whose stop is missing.

    A charge point that forgot it, over a boot for example, refuses limits for it; the closing rules of the
    site end it. Where power was `measured` (`at`) since it became free, it charges all the same; where it
    was free before the start, it does not tell its states. A limit told as the default profile would rule
    the next charge as well: there it stays.
    """
    state, charge, settings = place.evse.state, place.charge, place.settings
    if charge is None or state is None or state.status != ConnectorStatus.AVAILABLE:
        return False
    since = state.status_since
    if since is None or since <= charge.started_received_at or way_of(place.row) == Way.AS_DEFAULT:
        return False
    flows = at is not None and at > since and (measured or 0.0) > settings.minimum * STANDBY
    return not flows


def _note_rest(
    row: LimitRow, settings: Range, taken: float | None, changed_ago_s: float, now: datetime
) -> None:
    """Note whether the vehicle of a connector takes nothing, by what it takes of what it is offered."""
    left_s = (row.rests_until - now).total_seconds() if row.rests_until else None
    rest = rest_of(
        Rest(left_s, row.rests),
        offered=row.confirmed, taken=taken, minimum=settings.minimum, changed_ago_s=changed_ago_s,
    )  # fmt: skip
    if rest.left_s != left_s:
        row.rests_until = None if rest.left_s is None else now + timedelta(seconds=rest.left_s)
    row.rests = rest.times


def _taken(measured: float | None, state: EvseState | None) -> float | None:
    """Return what a vehicle takes: nothing where it suspends the charge and is not measured."""
    suspended = state is not None and state.status == ConnectorStatus.SUSPENDED_EV
    return 0.0 if measured is None and suspended else measured


def _held(place: Place, known: Connector, now: datetime) -> Connector:
    """Where a pause has taken the place of the limit, the pause is what the charge point confirmed."""
    pause = place.pause
    if pause is None or not place.paused:
        return known
    ruled = max(known.confirmed or 0.0, known.before or 0.0, known.doubtful or 0.0, *known.in_flight)
    return replace(
        known, confirmed=0.0, before=ruled, confirmed_ago_s=_ago_s(pause.command.finished_at, now),
        in_flight=(), doubtful=None, refresh=False,
    )  # fmt: skip


def _default(place: Place) -> float | None:
    """Return what a charge begins with, None for anything; 0 where a charge point never connected."""
    if place.own is None or place.own.connected_at is None:
        return 0.0
    return None if place.row.distrusted else place.row.default


def tier_of(place: Place) -> int:
    """Return who is served before whom: the priority, or a boost."""
    return BOOSTED if place.boosted else priority_of(place.evse, place.charge)


def _drawn(place: Place, state: EvseState) -> Draw | None:
    """Return what a connector draws in its own unit, None if it does not tell."""
    settings, power_w = place.settings, state.power_w
    currents = [
        each for each in (state.current_l1_a, state.current_l2_a, state.current_l3_a) if each is not None
    ]
    if currents and not settings.in_watts:
        return certain(float(max(currents)))
    if power_w is None:
        return None
    if settings.in_watts:
        return certain(power_w)
    return draw_of_power(
        power_w, voltage_v=place.site.voltage_v, phases=place.evse.phases, hardware=settings.hardware,
        offered=place.row.confirmed, step=settings.step,
    )  # fmt: skip


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _ago_s(moment: datetime | None, now: datetime) -> float:
    return float("inf") if moment is None else (now - moment).total_seconds()
