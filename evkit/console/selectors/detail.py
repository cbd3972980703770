"""Reads everything that the page of one charge point shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from charging.models import ChargeOverride, Transaction
from charging.types import OverrideKind
from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.formats import duration
from evkit.console.override_text import override_text
from evkit.console.selectors.facts import connector_facts
from evkit.console.selectors.overview import (
    charge_point_card,
    in_watts,
    plugged_transactions,
    rated_power,
)
from evkit.console.selectors.procedure import transaction_procedure, waiting_procedure
from evkit.console.states import State
from evkit.console.steps import Procedure, StepMark, steps
from evkit.console.why import Answer, Facts, why

URGENT = frozenset({"fault", "question"})
PROTOCOLS = {"1.6": "OCPP 1.6J", "2.0.1": "OCPP 2.0.1"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What was asked for, what the charge point accepted and what is measured, in W.

    Without a connection nothing is measured.
    """

    requested_w: float | None
    accepted_w: float | None
    measured_w: float | None
    max_w: float | None


@dataclass(frozen=True, slots=True)
class ConnectorDetail:
    """One connector with its measurements, its transaction and why it does not charge.

    `decided` says who boosted or held the charge, until when and why.
    """

    card: ConnectorCard
    evse: Evse
    live: EvseState | None
    transaction: Transaction | None
    steps: Sequence[StepMark]
    limits: Limits
    why: Answer | None
    decided: str = ""

    @property
    def steerable(self) -> bool:
        """Whether its charge can be boosted or held, or is: it runs, and smart charging is on or was."""
        site = self.evse.charge_point.site
        running = self.transaction is not None and self.transaction.ended_at is None
        return running and site is not None and (site.smart_charging_enabled or bool(self.decided))


@dataclass(frozen=True, slots=True)
class ChargePointDetail:
    """The page of one charge point."""

    row: ChargePoint
    card: ChargePointCard
    connectors: Sequence[ConnectorDetail]
    selected: ConnectorDetail | None
    facts: Sequence[tuple[str, str]]


def charge_point_detail(row: ChargePoint, connector: str, now: datetime) -> ChargePointDetail:
    """Return the page of a charge point; `connector` selects one by its number."""
    voltage_v = row.site.voltage_v if row.site else 230.0
    running = plugged_transactions([row])
    card = charge_point_card(row, running, voltage_v)
    facts = connector_facts([row], running, now)
    details = [
        _connector(evse, conn, facts[evse.pk], running.get(evse.pk), voltage_v, now)
        for evse, conn in zip(row.evses.all(), card.connectors, strict=True)
    ]
    selected = _selected(details, connector)
    return ChargePointDetail(
        row=row,
        card=card,
        connectors=details,
        selected=_decided(selected, now) if selected else None,
        facts=facts_of(row, now),
    )


def _selected(details: list[ConnectorDetail], connector: str) -> ConnectorDetail | None:
    """Return the connector asked for, else the first faulted, asking or busy one, else the first."""
    wanted = [detail for detail in details if str(detail.card.number) == connector]
    wanted += [detail for detail in details if detail.why and detail.why.code in URGENT]
    busy = [detail for detail in details if detail.card.busy]
    return next(iter([*wanted, *busy, *details]), None)


def _decided(detail: ConnectorDetail, now: datetime) -> ConnectorDetail:
    if detail.transaction is None or detail.transaction.ended_at is not None:
        return detail
    rows = ChargeOverride.objects.in_force(now).filter(transaction=detail.transaction)
    if not detail.steerable:  # a boost means nothing where nobody shares the power
        rows = rows.filter(kind=OverrideKind.HOLD)
    return replace(detail, decided=override_text(rows.first(), now))


def _connector(
    evse: Evse,
    conn: ConnectorCard,
    facts: Facts,
    running: Transaction | None,
    voltage_v: float,
    now: datetime,
) -> ConnectorDetail:
    live: EvseState | None = getattr(evse, "state", None)
    requested = None
    if live is not None:
        requested = in_watts(live.requested_w, live.requested_a, evse, voltage_v)
    measured = None if conn.state is State.OFFLINE else conn.power_w
    limits = Limits(requested, conn.limit_w, measured, rated_power(evse, voltage_v))
    answer = why(facts, now)
    waits = facts.idle and (facts.status == "Preparing" or facts.badge or facts.start)
    shown = running or (None if waits else last_transaction(evse))
    reason = answer.sentence if answer else ""
    return ConnectorDetail(
        card=conn,
        evse=evse,
        live=live,
        transaction=shown,
        steps=steps(_procedure(shown, facts), now, reason),
        limits=limits,
        why=answer,
    )


def _procedure(shown: Transaction | None, facts: Facts) -> Procedure:
    return transaction_procedure(shown, facts) if shown else waiting_procedure(facts)


def last_transaction(evse: Evse) -> Transaction | None:
    """Return the transaction that ended last on a connector."""
    return evse.transactions.select_related("vehicle").order_by("-started_at").first()


def facts_of(row: ChargePoint, now: datetime) -> list[tuple[str, str]]:
    """Return what is known of the device, as label and value; unknown things are left out."""
    state: ChargePointState | None = getattr(row, "state", None)
    if state is None:
        return []
    since = state.connected_at if state.connected else None
    facts = [
        (_("Model"), " ".join(word for word in (state.vendor, state.model) if word)),
        (_("Serial number"), state.serial_number),
        (_("Firmware"), state.firmware_version),
        (_("Protocol"), PROTOCOLS.get(state.protocol, state.protocol)),
        (_("Connected for"), duration((now - since).total_seconds()) if since else ""),
        (_("Clock off by"), _clock_offset(state.clock_offset_s)),
    ]
    return [(label, value) for label, value in facts if value]


def _clock_offset(offset_s: float | None) -> str:
    """Return a clock offset worth telling: five seconds or more."""
    if offset_s is None or abs(offset_s) < 5:
        return ""
    return ("+" if offset_s > 0 else "\u2212") + duration(abs(offset_s))
