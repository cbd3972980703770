"""Reads the facts that tell why connectors do not charge, of many charge points in a few queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from chargers.types import CommandState
from charging.models import AutomaticCharge, ChargeOverride, ConnectorLimit, Pause, Transaction
from charging.services.holding import HOLD
from charging.services.pauses import pauses_in_force
from charging.services.scheduling import SCHEDULE
from charging.services.smart.resuming import SUSPENDED
from charging.smart.resuming import Trial
from charging.types import AutomaticState, OverrideKind
from charging.usability import Usability, usability
from evkit.console.selectors.badges import Badges, last_badges
from evkit.console.selectors.bookings import open_bookings
from evkit.console.selectors.orders import Orders, Place, last_orders
from evkit.console.why.facts import Badge, Booking, Charge, Facts, GivenUp, Limit, Link, Order, Report
from evkit.core.units import amperes_to_watts

LEAST_A = 6
"""The least current per phase that an AC vehicle charges with (IEC 61851-1)."""
LEAST_DC_W = 1000.0
DEFAULT_VOLTAGE_V = 230.0

Running = Mapping[int, Transaction]


@dataclass(frozen=True, slots=True)
class Rest:
    """Until when a vehicle lends its share, and whether its charge did not go on when it had to wait."""

    until: datetime | None = None
    lost: bool = False


NO_REST: Final = Rest()


@dataclass(frozen=True, slots=True)
class Known:
    """What was read beside the live state; `running` are the open transactions by EVSE id."""

    running: Running
    badges: Badges
    orders: Orders
    pauses: Mapping[int, Pause]
    holds: Mapping[int, ChargeOverride]
    scheduled: Mapping[int, Usability]
    rests: Mapping[int, Rest]
    bookings: Mapping[Place, Booking]
    given_up: Mapping[int, GivenUp]


def connector_facts(rows: Sequence[ChargePoint], running: Running, now: datetime) -> dict[int, Facts]:
    """Return the facts of every connector of these charge points, by EVSE id, in a few queries.

    `rows` are loaded with their live state, `running` are their transactions by EVSE id.
    """
    known = what_is_known(rows, running, now)
    return {pk: facts for row in rows for pk, facts in facts_from(row, known).items()}


def what_is_known(rows: Sequence[ChargePoint], running: Running, now: datetime) -> Known:
    """Read what tells about these charge points beside their live state, in as many queries for all."""
    still = {evse_id: row for evse_id, row in running.items() if row.ended_at is None}
    return Known(
        still,
        last_badges(rows, now),
        last_orders(rows, now),
        pauses_in_force(list(still)),
        _holds(still, now),
        usability(still, now),
        _rests(rows, still),
        open_bookings(rows),
        _given_up(rows),
    )


def facts_from(row: ChargePoint, known: Known) -> dict[int, Facts]:
    """Return the facts of the connectors of one charge point, by EVSE id."""
    link, own = link_of(row), report_of(getattr(row, "state", None))
    return {evse.pk: _facts(row, evse, known, link, own) for evse in row.evses.all()}


def _facts(row: ChargePoint, evse: Evse, known: Known, link: Link, own: Report) -> Facts:
    live: EvseState | None = getattr(evse, "state", None)
    pk, orders = evse.pk, known.orders
    place = point, _number = row.pk, evse.number
    transaction = known.running.get(pk)
    badge = known.badges.of(row, evse)
    rest = known.rests.get(pk, NO_REST)
    inactive_until = _inactive_until(transaction, known.scheduled.get(pk))
    return Facts(
        number=evse.number,
        link=link,
        own=own,
        connector=report_of(live),
        power_w=(live.power_w or 0.0) if live else 0.0,
        charge=charge_of(transaction, live) if transaction else None,
        badge=badge,
        question=known.badges.question_of(row, evse) if transaction is None else None,
        start=_overtaken(orders.starts.get(place), badge),
        restart=orders.restarts.get(point),
        closing=orders.closings.get(place),
        profile=orders.profiles.get(place),
        limit=_limit(row, evse, live, orders) if live and live.status == "SuspendedEVSE" else None,
        pause=_pause(known.pauses.get(pk), known.holds.get(pk), inactive_until),
        hold=_hold(known.holds.get(pk)),
        inactive_until=inactive_until,
        shared=bool(row.site and row.site.smart_charging_enabled),
        rests_until=rest.until,
        lost=rest.lost,
        job=orders.jobs.get(point),
        given_up=known.given_up.get(pk),
        booking=known.bookings.get(place) or known.bookings.get((point, 0)),
    )


def _given_up(rows: Sequence[ChargePoint]) -> dict[int, GivenUp]:
    """Return the automatic starts that failed, by EVSE id."""
    failed = AutomaticCharge.objects.filter(
        state=AutomaticState.FAILED, evse__charge_point__any_of=[row.pk for row in rows]
    )
    return {each.pk: GivenUp(tries=each.tries, at=each.tried_at, failure=each.failure) for each in failed}


def _overtaken(start: Order | None, badge: Badge | None) -> Order | None:
    """Return an order to start, unless it is over and a badge was decided about since."""
    if start is None or badge is None or badge.at < start.at:
        return start
    open_still = start.awaited or start.state in {CommandState.QUEUED, CommandState.SENT}
    return start if open_still and badge.accepted else None


def _inactive_until(charge: Transaction | None, how: Usability | None) -> datetime | None:
    """Return until when a schedule keeps a running charge from power, None where it does not."""
    return None if charge is None or how is None or how.permits(charge) else how.until


def _pause(pause: Pause | None, hold: ChargeOverride | None, inactive_until: datetime | None) -> Order | None:
    """Return who paused a charge; what stands for a hold or a schedule is told by that, with its end."""
    told = {SCHEDULE.name: inactive_until, HOLD.name: hold or inactive_until}
    if pause is None or told.get(pause.paused_name):
        return None
    return Order(at=pause.since, by=pause.paused_name, reason=pause.reason)


def _holds(running: Running, now: datetime) -> dict[int, ChargeOverride]:
    """Return by EVSE id which running charges somebody holds at no power."""
    numbers = {row.number: evse_id for evse_id, row in running.items()}
    held = ChargeOverride.objects.in_force(now).filter(kind=OverrideKind.HOLD, transaction__in=numbers)
    return {numbers[row.transaction_id]: row for row in held}


def _rests(rows: Sequence[ChargePoint], running: Running) -> dict[int, Rest]:
    """Return by EVSE id what smart charging knows of vehicles that take nothing."""
    evses = [evse for row in rows for evse in row.evses.all() if evse.pk in running]
    held = [evse.pk for evse in evses if report_of(getattr(evse, "state", None)).status in SUSPENDED]
    if not held:
        return {}
    known = ConnectorLimit.objects.filter(pk__any_of=held).values_list("pk", "rests_until", "trial")
    return {pk: Rest(until, lost=trial == Trial.LOST) for pk, until, trial in known}


def _hold(row: ChargeOverride | None) -> Order | None:
    return None if row is None else Order(at=row.until, by=row.set_name, reason=row.reason)


def link_of(row: ChargePoint) -> Link:
    """Return the connection of a charge point loaded with its live state."""
    state: ChargePointState | None = getattr(row, "state", None)
    if state is None:
        return Link(connected=False, registration=row.registration)
    return Link(
        connected=state.connected,
        last_seen_at=state.last_seen_at,
        connected_at=state.connected_at,
        lost_at=state.disconnected_at or state.last_seen_at,
        booted_at=state.booted_at,
        registration=row.registration,
    )


def report_of(state: ChargePointState | EvseState | None) -> Report:
    """Return what a connector, or a charge point of itself, reported last."""
    if state is None:
        return Report()
    return Report(
        status=state.status,
        since=state.status_since if isinstance(state, EvseState) else state.status_at,
        error_code=state.error_code,
        vendor_code=state.vendor_error_code,
        info=state.info,
    )


def charge_of(row: Transaction, live: EvseState | None = None) -> Charge:
    """Return what is known of an open transaction; `live` knows the latest state of charge."""
    return Charge(
        number=row.number,
        started_at=row.started_at,
        tag=row.id_tag,
        who=row.vehicle.name if row.vehicle else row.id_tag,
        authorization=row.authorization,
        charging_at=row.charging_at,
        measured_at=row.measured_at,
        soc_percent=row.soc_last_percent if live is None else live.soc_percent,
    )


def _limit(row: ChargePoint, evse: Evse, live: EvseState, orders: Orders) -> Limit | None:
    """Return the accepted limit in W; one in A counts for the connector's phases."""
    voltage_v = row.site.voltage_v if row.site else DEFAULT_VOLTAGE_V
    power_w = live.limit_w
    if power_w is None and live.limit_a is not None:
        power_w = amperes_to_watts(live.limit_a, phases=evse.phases, voltage_v=voltage_v)
    if power_w is None:
        return None
    order = orders.profiles.get((row.pk, evse.number))
    phases = 1 if live.limit_a is None else evse.phases
    least_w = LEAST_DC_W
    if evse.current == "AC":
        least_w = amperes_to_watts(LEAST_A, phases=phases, voltage_v=voltage_v)
    return Limit(power_w=power_w, least_w=least_w, by=order.by if order else "", at=live.limit_at)
