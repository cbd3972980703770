"""One cycle: read, plan, send what has to be told. Two processes never balance a site at once.

Where the project has a limit, its sites share it: they are one cycle then.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from charging.models import ConnectorLimit, Transaction
from charging.services.holding import settle_holds
from charging.services.smart.circuits import node_of
from charging.services.smart.decisions import note_decisions
from charging.services.smart.disobedience import face_disobedience
from charging.services.smart.letting_go import let_go, let_go_of_strays
from charging.services.smart.sending import Outbox, install_default, send_limit
from charging.services.smart.situation import Situation, situation_of
from charging.services.smart.storing import LimitRow, store_changed
from charging.smart.planner import Plan, Settings, Why, plan
from evkit.core.db import is_outage
from evkit.core.units import amperes_to_watts
from sites.models import Project, Site
from sites.types import Unit

log = logging.getLogger(__name__)


def rebalance(*, site_id: int, now: datetime) -> Plan | None:
    """Run one cycle of a site and return its plan; None where smart charging is off.

    The site's row is locked until the end: whoever else wants to balance it waits, and then sees the result.
    """
    on = Site.objects.filter(pk=site_id, smart_charging_enabled=True).exists()
    if not on and not ConnectorLimit.objects.in_use().filter(evse__charge_point__site=site_id).exists():
        return None  # looked at without a lock: most sites are off, and stay so
    return _cycle(site_id, now)


def rebalance_all(*, now: datetime) -> None:
    """Run a cycle of every site where smart charging is on, or has left something behind.

    Charge points that belong to no site any more lose what was set on them; holds begin and end where nobody
    shares the power. A site that fails is logged and
    keeps no other one from its cycle.

    Raises:
        OperationalError, InterfaceError: the database is away.
    """
    left = ConnectorLimit.objects.in_use().values("evse__charge_point__site")
    due = Site.objects.filter(Q(smart_charging_enabled=True) | Q(pk__in=left))
    on = list(due.filter(smart_charging_enabled=True).order_by("pk").values_list("pk", flat=True))
    off = list(due.filter(smart_charging_enabled=False).order_by("pk").values_list("pk", flat=True))
    if Project.objects.exclude(limit_value=None).exists():
        on = on[:1]  # one stands for all
    for pk in [*on, *off]:
        try:
            rebalance(site_id=pk, now=now)
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("rebalance_failed", extra={"site": pk})
    let_go_of_strays(now)
    settle_holds(Transaction.objects.open(), now)


@transaction.atomic
def _cycle(site_id: int, now: datetime) -> Plan | None:
    project = Project.objects.select_for_update().exclude(limit_value=None).first()
    chosen = Q(pk=site_id)
    if project is not None:
        chosen |= Q(smart_charging_enabled=True)
    sites = list(Site.objects.select_for_update().filter(chosen).order_by("pk"))
    for site in sites:
        if site.pk == site_id and not site.smart_charging_enabled:
            let_go(site, now)
    on = [site for site in sites if site.smart_charging_enabled]
    if not on:
        return None
    return _balance(situation_of(project, on, now), now)


def _balance(situation: Situation, now: datetime) -> Plan:
    settings = [settings_of(site) for site in situation.sites]
    found = plan(situation.network, situation.connectors, situation.base, settings)
    moved = {
        place.site.pk for place, why in zip(situation.places, found.why, strict=True) if place.row.why != why
    }
    outbox = Outbox()
    for index, place in enumerate(situation.places):
        row = place.row
        row.target, row.envelope = float(found.target[index]), float(found.envelope[index])
        row.why = found.why[index]
        row.held_by = _held_by(situation, found, index)
        _note_turn(row, found.why[index], now)
        install_default(place, now, outbox)
        face_disobedience(place, situation.connectors[index], found.why[index], now, outbox)
    for order in found.orders:
        send_limit(situation.places[order.index], order.setting, now, outbox, raises=order.raises)
    outbox.send(now)
    store_changed((place.row for place in situation.places), situation.stored)
    note_decisions(situation, found, moved, now)
    return found


def _held_by(situation: Situation, found: Plan, index: int) -> str:
    """Return the circuit whose limit stopped or refused a connector; empty where it is that of its site."""
    limit = int(found.stopped_by[index])
    if limit < 0 or found.why[index] not in {Why.SHARE, Why.NO_ROOM}:
        return ""
    node = situation.network.limits[limit].node
    return "" if node == node_of(situation.places[index].site) else node


def _note_turn(row: LimitRow, why: Why, now: datetime) -> None:
    """Note since when a connector may charge, or waits for want of power."""
    on, off = why in {Why.SHARE, Why.CAP, Why.KEPT}, why is Why.NO_ROOM
    row.on_since = (row.on_since or now) if on else None
    row.off_since = (row.off_since or now) if off else None


def settings_of(site: Site) -> Settings:
    """Return what a site has chosen, as the planner takes it."""
    dead_band = site.dead_band_value
    if site.dead_band_unit == Unit.AMPERE:
        dead_band = amperes_to_watts(dead_band, phases=3, voltage_v=site.voltage_v)
    return Settings(launch_reserve=site.launch_reserve, dead_band_w=dead_band)
