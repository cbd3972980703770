"""Reads what the page of smart charging shows: the last cycle of a site, in W."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chargers.models import ChargePoint, Evse
from charging.models import ChargeOverride, ConnectorLimit, SiteDecision, Transaction
from charging.priorities import priority_of
from charging.services.smart.settings_of import range_of
from charging.smart.planner import Why
from charging.types import OverrideKind
from evkit.console.cards import ChargePointCard, ConnectorCard, Totals
from evkit.console.formats import kilo, quantity
from evkit.console.override_text import override_text
from evkit.console.selectors.overview import charge_point_url, site_cards
from evkit.console.selectors.site_meter import SiteMeter, site_meter_of
from evkit.console.states import State
from evkit.core.units import amperes_to_watts
from sites.limits import limit_w_at
from sites.models import ScheduleGroup, Site

REASONS: Final[Mapping[str, Promise]] = {
    Why.VACANT: gettext_lazy("says that it is free: the stop of its charge is missing"),
    Why.NO_ROOM: gettext_lazy("waits: the power is not enough for its minimum"),
    Why.RESTS: gettext_lazy("takes nothing: others use its share until it is asked again"),
    Why.BARRED: gettext_lazy("held by its schedule or by somebody"),
    Why.UNREACHABLE: gettext_lazy("offline: what it may draw stays reserved"),
    Why.DISOBEYS: gettext_lazy("draws more than it was told: what it takes stays reserved"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One connector: limits and power in W; `target_w` is what it is to have once all is obeyed."""

    evse: Evse
    card: ConnectorCard
    requested_w: float | None
    accepted_w: float | None
    max_w: float
    why: str
    waits: bool
    charge: Transaction | None = None
    override: ChargeOverride | None = None
    groups: tuple[ScheduleGroup, ...] = ()

    @property
    def href(self) -> str:
        """The address of its charge point."""
        return charge_point_url(self.evse.charge_point)

    @property
    def priority(self) -> int:
        """Who is served before whom."""
        return priority_of(self.evse, self.charge)

    @property
    def online(self) -> bool:
        """Whether its charge point is connected."""
        return self.card.state is not State.OFFLINE


@dataclass(frozen=True, slots=True)
class Sharing:
    """A site's power in W: what it may draw, draws, keeps for starts and elsewhere, and has left."""

    site: Site
    power_w: float
    meter: SiteMeter
    reserved_w: float
    free_w: float | None
    limit_w: float | None
    lines: tuple[Line, ...]
    planned_at: datetime | None

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


_POINT: Final = ("identity", "name", "max_power_w", "priority")
_EVSE: Final = ("charge_point", "number", "max_power_w", "max_current_a", "phases", "current", "priority")
_LIMIT: Final = ("confirmed", "target", "transaction", "why")


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
    lines = tuple(
        replace(
            _line(evse, shown[place], rows.get(evse.pk), overrides.get(evse.pk), now),
            charge=charges.get(evse.pk),
            groups=groups.get(evse.pk, ()),
        )
        for evse in _evses_of(site)
        if (place := (evse.charge_point_id, evse.number)) in shown
    )
    power = sum(line.card.power_w for line in lines)
    decision = SiteDecision.objects.filter(site=site).first()
    meter = site_meter_of(site, now)
    reserved = decision.reserve_w if decision else 0.0
    limit_w = limit_w_at(site, now)
    free = None if limit_w is None else max(limit_w - power - meter.counts_w - reserved, 0.0)
    return Sharing(site, power, meter, reserved, free, limit_w, lines, decision.at if decision else None)


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


def _line(
    evse: Evse,
    card: ConnectorCard,
    row: ConnectorLimit | None,
    override: ChargeOverride | None,
    now: datetime,
) -> Line:
    site = evse.charge_point.site
    assert site is not None
    settings = range_of(evse, site.voltage_v)

    def watts(setting: float | None) -> float | None:
        if setting is None or settings.in_watts:
            return setting
        return amperes_to_watts(setting, phases=evse.phases, voltage_v=site.voltage_v)

    accepted = watts(row.confirmed) if row else None
    requested = watts(row.target) if row and row.transaction_id else None
    return Line(
        evse=evse,
        card=card,
        requested_w=requested,
        accepted_w=accepted,
        max_w=watts(settings.hardware) or 0.0,
        why=_why(row, requested, card, override_text(override, now)),
        waits=row is not None and row.why == Why.NO_ROOM,
        override=override,
    )


def _why(row: ConnectorLimit | None, share_w: float | None, card: ConnectorCard, decided: str) -> str:
    """Say in a sentence why a connector has what it has; `decided` is what somebody decided about it."""
    if row is None or (decided and row.why == Why.BARRED):
        return decided
    usual = _usual_why(row, share_w, card)
    if decided and usual:
        return _("%(decided)s; %(usual)s") % {"decided": decided, "usual": usual}
    return decided or usual


def _usual_why(row: ConnectorLimit, share_w: float | None, card: ConnectorCard) -> str:
    if row.why in REASONS:
        return str(REASONS[row.why])
    if row.why == Why.IDLE or share_w is None:
        return ""
    words = {"share": quantity(kilo(share_w), "kW", 1), "taken": quantity(kilo(card.power_w), "kW", 1)}
    if row.why == Why.SHARE:
        return _("its share is %(share)s, it takes %(taken)s") % words
    if card.power_w < share_w * 0.85:
        return _("takes %(taken)s; what it could use is free for it, the rest is lent") % words
    return _("has all that it can take")
