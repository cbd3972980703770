"""One cycle of a site: read, plan, send what has to be told. Two processes never balance a site at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from chargers.models import Command
from chargers.services.commands import queue_command
from charging.models import ConnectorLimit, Pause
from charging.services.profiles import SET
from charging.services.smart.settings_of import schedule_of
from charging.services.smart.situation import Place, Situation, situation_of
from charging.smart.planner import Order, Plan, Settings, plan
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor
from evkit.core.units import amperes_to_watts
from sites.events import SiteChanged
from sites.models import Site
from sites.types import Unit

SMART: Final = Actor(name="evkit (smart charging)")
CLEAR: Final = "ClearChargingProfile"
LIMIT_ID: Final = 920_000
DEFAULT_ID: Final = 930_000
"""Ids of the profiles, plus the connector's number: a limit and a default of each."""

STACK_LEVEL: Final = 1
"""Below that of a pause, so that somebody who holds a charge is obeyed."""

AGAIN: Final = timedelta(seconds=60)
"""A charge point that refused or did not answer is asked again after so long."""

PATIENCE: Final = timedelta(seconds=20)
SAVED: Final = [
    "transaction", "confirmed", "confirmed_at", "before", "sent", "command", "doubtful", "refused_at",
    "changed_at", "default", "default_at", "default_command", "target", "envelope", "why", "planned_at",
]  # fmt: skip


def rebalance(*, site_id: int, now: datetime) -> Plan | None:
    """Run one cycle of a site and return its plan; None where smart charging is off.

    The site's row is locked until the end: whoever else wants to balance it waits, and then sees the result.
    """
    on = Site.objects.filter(pk=site_id, smart_charging_enabled=True).exists()
    if not on and not ConnectorLimit.objects.filter(evse__charge_point__site=site_id).exists():
        return None  # looked at without a lock: most sites are off, and stay so
    return _cycle(site_id, now)


def rebalance_all(*, now: datetime) -> None:
    """Run a cycle of every site where smart charging is on."""
    for pk in Site.objects.filter(smart_charging_enabled=True).order_by("pk").values_list("pk", flat=True):
        rebalance(site_id=pk, now=now)


@transaction.atomic
def _cycle(site_id: int, now: datetime) -> Plan | None:
    site = Site.objects.select_for_update().filter(pk=site_id).first()
    if site is None:
        return None
    if not site.smart_charging_enabled:
        _let_go(site, now)
        return None
    situation = situation_of(site, now)
    found = plan(situation.network, situation.connectors, situation.base, _settings(site))
    for index, place in enumerate(situation.places):
        row = place.row
        row.target, row.envelope = float(found.target[index]), float(found.envelope[index])
        row.why, row.planned_at = found.why[index], now
        _install_default(situation, place, now)
    for order in found.orders:
        _send(situation, order, now)
    ConnectorLimit.objects.bulk_update([place.row for place in situation.places], SAVED)
    return found


def _settings(site: Site) -> Settings:
    dead_band = site.dead_band_value
    if site.dead_band_unit == Unit.AMPERE:
        dead_band = amperes_to_watts(dead_band, phases=3, voltage_v=site.voltage_v)
    return Settings(launch_reserve=site.launch_reserve, dead_band_w=dead_band)


def _send(situation: Situation, order: Order, now: datetime) -> None:
    place = situation.places[order.index]
    row, charge = place.row, place.charge
    recently = row.refused_at is not None and now - row.refused_at < AGAIN
    if charge is None or (recently and order.raises):
        return
    if order.setting == 0 and Pause.objects.in_force().filter(transaction=charge).exists():
        return  # a pause holds it already; where levels are few, another profile of 0 would take its place
    if row.sent is not None:
        row.doubtful = max(row.sent, row.doubtful or 0.0)
    profile = {
        "chargingProfileId": LIMIT_ID + place.evse.number,
        "transactionId": charge.number,
        "stackLevel": STACK_LEVEL,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule_of(place.evse, order.setting, place.unit, situation.site.voltage_v),
    }
    row.command = _queue(place, profile, now)
    row.sent, row.changed_at = order.setting, now


def _install_default(situation: Situation, place: Place, now: datetime) -> None:
    """Tell a connector once what a new charge begins with, so that a start is never more than the reserve."""
    row = place.row
    state = getattr(place.evse.charge_point, "state", None)
    if row.default is not None or not (state and state.connected):
        return
    if row.default_command is not None:
        asked = row.default_command
        if asked.finished_at is None or now - asked.finished_at < 10 * AGAIN:
            return
    profile = {
        "chargingProfileId": DEFAULT_ID + place.evse.number,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule_of(
            place.evse, place.settings.start, place.unit, situation.site.voltage_v
        ),
    }
    row.default_command = _queue(place, profile, now)


def _queue(place: Place, profile: Mapping[str, Any], now: datetime) -> Command:
    return queue_command(
        charge_point=place.evse.charge_point,
        action=SET,
        payload={"connectorId": place.evse.number, "csChargingProfiles": profile},
        now=now,
        actor=SMART,
        patience=PATIENCE,
    )


def _let_go(site: Site, now: datetime) -> None:
    """Take back what smart charging has set, once it is switched off."""
    rows = list(
        ConnectorLimit.objects.filter(evse__charge_point__site=site).select_related(
            "evse__charge_point__state"
        )
    )
    for row in rows:
        state = getattr(row.evse.charge_point, "state", None)
        ids = [LIMIT_ID] if row.confirmed is not None or row.sent is not None else []
        ids += [DEFAULT_ID] if row.default is not None or row.default_command_id else []
        for first in ids if state and state.connected else ():
            queue_command(
                charge_point=row.evse.charge_point,
                action=CLEAR,
                payload={"id": first + row.evse.number},
                now=now,
                actor=SMART,
                patience=PATIENCE,
                evse_number=row.evse.number,
            )
    if rows:
        ConnectorLimit.objects.filter(pk__in=[row.pk for row in rows]).delete()
        publish_after_commit(SiteChanged(site.pk))
