"""What the frame around every page tells: how many charge points are online, what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from chargers.models import ChargePoint, ChargePointState, EvseState
from evkit.console.faults import fault_text
from evkit.console.selectors.overview import charge_point_url
from evkit.console.states import State


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, with the page where it is looked at."""

    identity: str
    text: str
    href: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Strip:
    """Counts of what is wrong, and the oldest of it (faults before lost links)."""

    total: int
    online: int
    faulted: int
    oldest: Trouble | None

    faulted_state = State.FAULTED
    offline_state = State.OFFLINE

    @property
    def offline(self) -> int:
        """How many charge points are not connected."""
        return self.total - self.online

    @property
    def calm(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.faulted or self.offline)


def strip_of(site_ids: Collection[int]) -> Strip:
    """Return the strip over the charge points of these sites."""
    points = ChargePoint.objects.filter(site__in=site_ids)
    faulty = Q(state__connected=True) & (Q(evses__state__status="Faulted") | Q(state__status="Faulted"))
    counted = points.aggregate(
        total=Count("pk", distinct=True),
        online=Count("pk", distinct=True, filter=Q(state__connected=True)),
        faulted=Count("pk", distinct=True, filter=faulty),
    )
    oldest = _oldest_fault(site_ids) if counted["faulted"] else None
    if oldest is None and counted["online"] < counted["total"]:
        oldest = _oldest_loss(site_ids)
    return Strip(oldest=oldest, **counted)


_REPORTED: Final = ("error_code", "vendor_error_code", "info")
_POINT: Final = ("identity", "site__code")


def _oldest_fault(site_ids: Collection[int]) -> Trouble | None:
    """Return the connector, else the charge point, that has been faulted for longest."""
    live = (
        EvseState.objects.filter(
            status="Faulted",
            evse__charge_point__site__in=site_ids,
            evse__charge_point__state__connected=True,
        )
        .select_related("evse__charge_point__site")
        .only(*_REPORTED, "status_since", *(f"evse__charge_point__{name}" for name in _POINT))
        .order_by("status_since")
        .first()
    )
    if live is None:
        return _oldest_own_fault(site_ids)
    row = live.evse.charge_point
    text = fault_text(live.error_code, live.vendor_error_code, live.info)
    return Trouble(row.identity, text or _("Faulted"), charge_point_url(row), live.status_since)


def _oldest_own_fault(site_ids: Collection[int]) -> Trouble | None:
    own = (
        ChargePointState.objects.filter(status="Faulted", connected=True, charge_point__site__in=site_ids)
        .select_related("charge_point__site")
        .only(*_REPORTED, "status_at", *(f"charge_point__{name}" for name in _POINT))
        .order_by("status_at")
        .first()
    )
    if own is None:
        return None
    row = own.charge_point
    text = fault_text(own.error_code, own.vendor_error_code, own.info)
    return Trouble(row.identity, text or _("Faulted"), charge_point_url(row), own.status_at)


def _oldest_loss(site_ids: Collection[int]) -> Trouble | None:
    row = (
        ChargePoint.objects.filter(site__in=site_ids)
        .exclude(state__connected=True)
        .select_related("site", "state")
        .only("identity", "site__code", "state__disconnected_at")
        .order_by("state__disconnected_at", "pk")
        .first()
    )
    if row is None:
        return None
    state: ChargePointState | None = getattr(row, "state", None)
    since = None if state is None else state.disconnected_at
    text = _("Offline") if since else _("Never connected")
    return Trouble(row.identity, text, charge_point_url(row), since)
