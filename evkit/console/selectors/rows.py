"""Reads the connectors of a site as rows of the operation list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _

from chargers.live_rows import live_charge_points
from chargers.models import ChargePoint, Evse
from charging.models import Pause, Transaction
from charging.selectors import open_transactions
from charging.services.pauses import pauses_in_force
from evkit.console.brief import brief_reason
from evkit.console.cards import ChargePointCard, Chip, ConnectorCard
from evkit.console.rows import Row, RowFilter, best_action
from evkit.console.selectors.overview import charge_point_card
from evkit.console.selectors.shown import group_counts, ranked_connectors
from evkit.console.states import Group
from sites.models import Site


def site_rows(site: Site, only: Collection[int] | None = None) -> list[Row]:
    """Return the rows of a site (only of these charge points when given), in the order of the site."""
    rows = live_charge_points(site, only)
    running = open_transactions([row.pk for row in rows])
    paused = pauses_in_force(list(running))
    return [each for row in rows for each in _rows_of(row, running, paused, site.voltage_v)]


def _rows_of(
    point: ChargePoint, running: Mapping[int, Transaction], paused: Mapping[int, Pause], voltage_v: float
) -> list[Row]:
    card = charge_point_card(point, running, voltage_v)
    evses = list(point.evses.all())
    return [
        _row(point, card, evse, conn, running.get(evse.pk), paused.get(evse.pk), single=len(evses) == 1)
        for evse, conn in zip(evses, card.connectors, strict=True)
    ]


def _row(
    point: ChargePoint,
    card: ChargePointCard,
    evse: Evse,
    conn: ConnectorCard,
    transaction: Transaction | None,
    pause: Pause | None,
    *,
    single: bool,
) -> Row:
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
        why=brief_reason(card, conn, pause),
        paused=pause is not None,
        action=best_action(conn, paused=pause is not None),
    )


def zones_of_site(site: Site) -> list[str]:
    """Return the names of a site's zones in the order of its charge points."""
    names = ChargePoint.objects.of_site(site).values_list("zone", flat=True)
    return [name for name in dict.fromkeys(names) if name]


def row_chips(site: Site, chosen: RowFilter) -> Sequence[Chip]:
    """Return the filter chips: all connectors of the site, then each group of states with its count."""
    counts = group_counts(ranked_connectors(Evse.objects.filter(charge_point__site=site)))
    every = Chip(
        label=_("All"), count=sum(counts.values()), href=chosen.address(group=None),
        current=chosen.group is None, state=None,
    )  # fmt: skip
    return [every] + [
        Chip(
            label=str(group.label), count=counts[group], href=chosen.address(group=group),
            current=group is chosen.group, state=group.symbol,
        )
        for group in Group
    ]  # fmt: skip
