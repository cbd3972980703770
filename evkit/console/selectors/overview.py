"""Reads the live state of a site's charge points for overviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from chargers.live_rows import let_go, live_charge_points
from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from charging.models import Transaction
from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.faults import fault_text
from evkit.console.states import OCPP_STATES, State, charge_point_state, connector_state
from evkit.console.vehicle_links import vehicle_url
from evkit.core.units import amperes_to_watts
from sites.models import Site

Open = Mapping[int, Transaction]

ADDRESSES: Final = 16_384
DRAWING: Final = frozenset({State.CHARGING, State.SUSPENDED_EV, State.SUSPENDED_SITE, State.FINISHING})


def site_cards(site: Site, only: Iterable[int] | None = None) -> list[ChargePointCard]:
    """Return the cards of a site's charge points (only those ids when given), in page order."""
    rows = live_charge_points(site, None if only is None else list(only))
    transactions = plugged_transactions(rows)
    cards = [charge_point_card(row, transactions, site.voltage_v) for row in rows]
    let_go(rows)
    return cards


def open_transactions(charge_point_ids: list[int]) -> dict[int, Transaction]:
    """Return the open transactions of charge points by EVSE id."""
    found = Transaction.objects.open().filter(charge_point_id__any_of=charge_point_ids)
    return {transaction.evse_id: transaction for transaction in found.select_related("vehicle")}


def plugged_transactions(rows: Sequence[ChargePoint]) -> dict[int, Transaction]:
    """Return by EVSE id the open transactions, and those ended whose vehicle is still plugged in.

    `rows` are loaded with their live state.
    """
    finishing = [evse.pk for row in rows for evse in row.evses.all() if _status(evse) == "Finishing"]
    return _latest_transactions(finishing) | open_transactions([row.pk for row in rows])


def _status(evse: Evse) -> str:
    live: EvseState | None = getattr(evse, "state", None)
    return "" if live is None else live.status


def _latest_transactions(evse_ids: list[int]) -> dict[int, Transaction]:
    """Return the latest transaction of each EVSE that had one."""
    if not evse_ids:
        return {}
    latest = Transaction.objects.filter(evse=OuterRef("pk")).order_by("-started_at", "-number")
    numbers = Evse.objects.filter(pk__any_of=evse_ids).values_list(
        Subquery(latest.values("number")[:1]), flat=True
    )
    found = Transaction.objects.filter(number__any_of=[number for number in numbers if number])
    return {transaction.evse_id: transaction for transaction in found.select_related("vehicle")}


def charge_point_card(row: ChargePoint, transactions: Open, voltage_v: float) -> ChargePointCard:
    """Return the card of one charge point loaded with its live state."""
    state: ChargePointState | None = getattr(row, "state", None)
    online = state is not None and state.connected
    connectors = [
        connector_card(evse, transactions.get(evse.pk), site=row.site, online=online, voltage_v=voltage_v)
        for evse in row.evses.all()
    ]
    own = state.status if state is not None else ""
    shown = charge_point_state(own_status=own, connectors=[c.state for c in connectors], online=online)
    return ChargePointCard(
        pk=row.pk,
        identity=row.identity,
        name=row.name,
        zone=row.zone,
        href=charge_point_url(row),
        state=shown,
        connectors=connectors,
        fault=_fault(state) if own == "Faulted" else "",
        offline_since=None if state is None else state.disconnected_at,
        last_seen_at=None if state is None else state.last_seen_at,
    )


def charge_point_url(row: ChargePoint) -> str:
    """Return the address of a charge point's page."""
    return _address("-" if row.site is None else row.site.code, row.identity)


@lru_cache(maxsize=ADDRESSES)
def _address(code: str, identity: str) -> str:
    return reverse("charge_point", args=[code, identity])


def connector_card(
    evse: Evse, transaction: Transaction | None, *, site: Site | None, online: bool, voltage_v: float
) -> ConnectorCard:
    """Return what is shown of one connector of a site and of the transaction that runs on it."""
    live: EvseState | None = getattr(evse, "state", None)
    state = connector_state(status="" if live is None else live.status, online=online)
    if live is None:
        return ConnectorCard(number=evse.number, state=state, max_w=rated_power(evse, voltage_v))
    vehicle = None if transaction is None else transaction.vehicle
    return ConnectorCard(
        number=evse.number,
        state=state,
        vehicle="" if vehicle is None else vehicle.name,
        vehicle_href="" if vehicle is None or site is None else vehicle_url(site.code, vehicle.code),
        id_tag="" if transaction is None else transaction.id_tag,
        soc_percent=live.soc_percent if transaction is not None else None,
        power_w=(live.power_w or 0.0) if draws(state) else 0.0,
        limit_w=limit_power(evse, live, voltage_v),
        max_w=rated_power(evse, voltage_v),
        since=live.status_since,
        measured_at=live.measured_at,
        fault=_fault(live) if state is State.FAULTED else "",
        transaction=None if transaction is None or transaction.ended_at else transaction.number,
    )


def resting_statuses() -> list[str]:
    """Return the statuses of OCPP in which a connector draws no power."""
    return [status for status, state in OCPP_STATES.items() if not draws(state)]


def draws(state: State) -> bool:
    """Tell whether a connector in this state can draw power."""
    return state in DRAWING


def rated_power(evse: Evse, voltage_v: float) -> float | None:
    """Return the most that a connector can deliver, in W."""
    if evse.max_power_w is not None or evse.max_current_a is None:
        return evse.max_power_w
    return amperes_to_watts(evse.max_current_a, phases=evse.phases, voltage_v=voltage_v)


def in_watts(power_w: float | None, current_a: float | None, evse: Evse, voltage_v: float) -> float | None:
    """Return a limit given in W or in A as W."""
    if power_w is not None or current_a is None:
        return power_w
    return amperes_to_watts(current_a, phases=evse.phases, voltage_v=voltage_v)


def limit_power(evse: Evse, live: EvseState, voltage_v: float) -> float | None:
    """Return the limit that the charge point accepted last, in W."""
    return in_watts(live.limit_w, live.limit_a, evse, voltage_v)


def _fault(state: ChargePointState | EvseState | None) -> str:
    if state is None:
        return ""
    return fault_text(state.error_code, state.vendor_error_code, state.info)
