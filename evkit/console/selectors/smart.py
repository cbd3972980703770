"""Reads what the page of smart charging shows: the last cycle of a site, in W."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Sum

from chargers.models import ChargePoint, Evse, EvseState
from charging.models import ChargeOverride, ConnectorLimit, SiteDecision, Transaction
from charging.services.smart.settings_of import range_of
from charging.types import OverrideKind
from evkit.console.cards import ChargePointCard, ConnectorCard, Totals
from evkit.console.selectors.facts import DEFAULT_VOLTAGE_V
from evkit.console.selectors.overview import site_cards
from evkit.console.selectors.share_lines import Line, watts_of
from evkit.console.selectors.share_reasons import with_reasons
from evkit.console.selectors.site_meter import SiteMeter, site_meter_of
from evkit.core.units import amperes_to_watts
from sites.limits import fixed_limit_w, limit_steps, limit_w_at
from sites.models import Project, ScheduleGroup, Site
from sites.types import Unit


@dataclass(frozen=True, slots=True)
class Sharing:
    """A site's power in W: what it may draw, draws, keeps for starts and elsewhere, and has left.

    `project_w` is the limit that all sites share. `coming` is when the limit changes next, and to what
    (None: none), where it does within a day.
    """

    site: Site
    power_w: float
    meter: SiteMeter
    reserved_w: float
    free_w: float | None
    limit_w: float | None
    lines: tuple[Line, ...]
    planned_at: datetime | None
    coming: tuple[datetime, float | None] | None = None
    project_w: float | None = None

    @property
    def weekly(self) -> bool:
        """Whether a weekly limit holds now, stricter than the fixed one."""
        return self.limit_w != fixed_limit_w(self.site)

    @property
    def base_w(self) -> float:
        """What counts as drawn beside the charge points."""
        return self.meter.counts_w

    @property
    def bar(self) -> Totals:
        """What the site's bar shows: all that is drawn, and what is kept for starts."""
        return Totals(
            power_w=self.power_w + self.base_w, limit_w=self.limit_w, allotted_w=self.reserved_w,
            counts={}, connectors=len(self.lines),
        )  # fmt: skip

    @property
    def accepted_w(self) -> float:
        """The limits that charge points accepted, of all connectors with a share."""
        return sum(line.accepted_w or 0.0 for line in self.lines)

    @property
    def most_w(self) -> float:
        """What the site could draw if nobody limited the charges that are running."""
        return self.base_w + sum(line.max_w for line in self.lines if line.charge)

    @property
    def hardware_w(self) -> float:
        """What all connectors can draw together."""
        return sum(line.max_w for line in self.lines)

    @property
    def unused_w(self) -> float:
        """What running charges are offered and do not take; smart charging lends it once that lasts."""
        return sum(
            max((line.accepted_w or 0.0) - line.card.power_w, 0.0) for line in self.lines if line.charge
        )

    @property
    def sharing(self) -> int:
        """How many connectors have a share."""
        return sum(bool(line.requested_w) for line in self.lines)

    @property
    def waiting(self) -> int:
        """How many wait until the site has power for them."""
        return sum(line.waits for line in self.lines)


AHEAD: Final = timedelta(days=1)
"""So far ahead the next change of the limit is told."""

_POINT: Final = ("identity", "name", "max_power_w", "priority")
_EVSE: Final = (
    "charge_point",
    "number",
    "max_power_w",
    "max_current_a",
    "phases",
    "current",
    "priority",
    "distribution",
)
_LIMIT: Final = ("confirmed", "target", "transaction", "why", "envelope", "rests_until", "tries", "held_by")


def sharing_of(site: Site, now: datetime, cards: Iterable[ChargePointCard] | None = None) -> Sharing:
    """Return the last cycle of a site beside its live state; `cards` of the site if they are read already."""
    limits = ConnectorLimit.objects.filter(evse__charge_point__site=site).only(*_LIMIT)
    rows = {row.pk: row for row in limits}
    overrides = overrides_of(site, now)
    running = Transaction.objects.open().filter(charge_point__site=site).select_related("vehicle", "plan")
    charges = {charge.evse_id: charge for charge in running}
    read = site_cards(site) if cards is None else cards
    shown = {(card.pk, connector.number): connector for card in read for connector in card.connectors}
    groups = _groups_of(site)
    lines = with_reasons(
        [
            replace(
                _line(evse, shown[place], rows.get(evse.pk)),
                charge=charges.get(evse.pk),
                override=overrides.get(evse.pk),
                groups=groups.get(evse.pk, ()),
            )
            for evse in _evses_of(site)
            if (place := (evse.charge_point_id, evse.number)) in shown
        ],
        now,
    )
    power = sum(line.card.power_w for line in lines)
    decision = SiteDecision.objects.filter(site=site).first()
    meter = site_meter_of(site, now)
    reserved = decision.reserve_w if decision else 0.0
    limit_w = limit_w_at(site, now)
    project_w = _project_limit_w()
    left = [] if limit_w is None else [limit_w - power - meter.counts_w - reserved]
    left += [] if project_w is None else [project_w - _promised_w()]
    free = max(min(left), 0.0) if left else None
    steps = limit_steps(site, now, now + AHEAD) if site.limit_schedule else []
    return Sharing(
        site, power, meter, reserved, free, limit_w, lines,
        planned_at=decision.at if decision else None, coming=steps[1] if steps[1:] else None,
        project_w=project_w,
    )  # fmt: skip


def _project_limit_w() -> float | None:
    """Return in W what all sites may draw together, None without a limit; one in A at 230 V."""
    project = Project.objects.exclude(limit_value=None).first()
    if project is None or project.limit_value is None or project.limit_unit == Unit.WATT:
        return None if project is None else project.limit_value
    return amperes_to_watts(project.limit_value, phases=3, voltage_v=DEFAULT_VOLTAGE_V)


def _promised_w() -> float:
    """Return what all sites may draw now by the last decisions, in W; of one that is off, what it draws."""
    decided = SiteDecision.objects.aggregate(sum=Sum("used_w"))["sum"] or 0.0
    off = EvseState.objects.filter(
        evse__charge_point__site__smart_charging_enabled=False, evse__charge_point__state__connected=True
    )
    return decided + (off.aggregate(sum=Sum("power_w"))["sum"] or 0.0)


def _evses_of(site: Site) -> Iterator[Evse]:
    """Return the connectors in page order; `site` itself is the site of each."""
    points = {point.pk: point for point in ChargePoint.objects.filter(site=site).only(*_POINT)}
    for point in points.values():
        point.site = site
    found = Evse.objects.filter(charge_point__site=site).only(*_EVSE)
    for evse in found.order_by("charge_point__identity", "number"):
        if evse.charge_point_id in points:  # it may have come between the two queries
            evse.charge_point = points[evse.charge_point_id]
            yield evse


def _groups_of(site: Site) -> dict[int, tuple[ScheduleGroup, ...]]:
    """Return the schedule groups of connectors by EVSE id, in the order of their numbers."""
    groups = {group.pk: group for group in ScheduleGroup.objects.filter(site=site)}
    found: dict[int, tuple[ScheduleGroup, ...]] = {}
    members = ScheduleGroup.objects.filter(site=site, evses__isnull=False).order_by("number")
    for group, evse in members.values_list("pk", "evses"):
        found[evse] = (*found.get(evse, ()), groups[group])
    return found


def overrides_of(site: Site, now: datetime) -> dict[int, ChargeOverride]:
    """Return what is decided about single charges of a site, by EVSE id; no boosts where nobody shares."""
    rows = ChargeOverride.objects.in_force(now).filter(transaction__charge_point__site=site)
    if not site.smart_charging_enabled:
        rows = rows.filter(kind=OverrideKind.HOLD)
    return {row.transaction.evse_id: row for row in rows.select_related("transaction")}


def _line(evse: Evse, card: ConnectorCard, row: ConnectorLimit | None) -> Line:
    site = evse.charge_point.site
    assert site is not None
    most = range_of(evse, site.voltage_v).hardware
    return Line(
        evse=evse,
        card=card,
        requested_w=watts_of(evse, row.target) if row and row.transaction_id else None,
        accepted_w=watts_of(evse, row.confirmed) if row else None,
        max_w=watts_of(evse, most) or 0.0,
        row=row,
    )
