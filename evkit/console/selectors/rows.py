"""Reads the connectors of a site as rows of the operation list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import pgettext

from chargers.live_rows import let_go, live_charge_points
from chargers.models import ChargePoint, Evse
from charging.models import Transaction
from evkit.console.cards import ChargePointCard, Chip, ConnectorCard
from evkit.console.rows import Row, RowFilter, best_action
from evkit.console.selectors.facts import Known, facts_from, what_is_known
from evkit.console.selectors.overview import charge_point_card
from evkit.console.selectors.shown import group_counts, ranked_connectors
from evkit.console.states import Group
from evkit.console.why import brief
from sites.models import Site


def site_rows(site: Site, now: datetime, only: Collection[int] | None = None) -> list[Row]:
    """Return the rows of a site (only of these charge points when given), in the order of the site."""
    rows = live_charge_points(site, only)
    known = what_is_known(rows, _running([row.pk for row in rows]), now)
    shown = [each for row in rows for each in _rows_of(row, known, site.voltage_v, now)]
    let_go(rows)
    return shown


def _rows_of(point: ChargePoint, known: Known, voltage_v: float, now: datetime) -> list[Row]:
    card = charge_point_card(point, known.running, voltage_v)
    facts = facts_from(point, known)
    evses = list(point.evses.all())
    return [
        _row(point, card, evse, conn, known, brief(facts[evse.pk], now), single=len(evses) == 1)
        for evse, conn in zip(evses, card.connectors, strict=True)
    ]


def _running(charge_point_ids: Collection[int]) -> dict[int, Transaction]:
    """Return the open transactions by EVSE id, with only the columns that rows and their reasons need."""
    found = Transaction.objects.open().filter(charge_point__any_of=charge_point_ids)
    return {each.evse_id: each for each in found.select_related("vehicle").only(*_TRANSACTION)}


_TRANSACTION: Final = (
    "number", "charge_point_id", "evse_id", "id_tag", "vehicle__name", "vehicle__code", "authorization",
    "started_at", "charging_at", "measured_at", "ended_at", "energy_wh", "soc_last_percent",
)  # fmt: skip


def _row(
    point: ChargePoint,
    card: ChargePointCard,
    evse: Evse,
    conn: ConnectorCard,
    known: Known,
    why: str,
    *,
    single: bool,
) -> Row:
    transaction = known.running.get(evse.pk)
    paused = evse.pk in known.pauses
    return Row(
        pk=evse.pk,
        point_pk=point.pk,
        identity=point.identity,
        name=point.name,
        zone=point.zone,
        href=card.href if single else f"{card.href}?connector={evse.number}",
        single=single,
        conn=conn,
        energy_wh=None if transaction is None else transaction.energy_wh,
        since=conn.since if card.online else card.offline_since,
        why=why,
        paused=paused,
        action=best_action(conn, paused=paused),
    )


def zones_of_site(site: Site) -> list[str]:
    """Return the names of a site's zones in the order of its charge points."""
    names = ChargePoint.objects.of_site(site).values_list("zone", flat=True)
    return [name for name in dict.fromkeys(names) if name]


def row_chips(site: Site, chosen: RowFilter) -> Sequence[Chip]:
    """Return the filter chips: all connectors of the site, then each group of states with its count."""
    counts = group_counts(ranked_connectors(Evse.objects.filter(charge_point__site=site)))
    every = Chip(
        label=pgettext("connectors", "All"), count=sum(counts.values()), href=chosen.address(group=None),
        current=chosen.group is None, state=None,
    )  # fmt: skip
    return [every] + [
        Chip(
            label=str(group.label), count=counts[group], href=chosen.address(group=group),
            current=group is chosen.group, state=group.symbol,
        )
        for group in Group
    ]  # fmt: skip
