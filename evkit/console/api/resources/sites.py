"""`sites`: what a depot or car park is set to and does now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from django.db.models import Case, Count, Q, Sum, When
from msgspec import UNSET
from ninja import Query, Router, Schema
from pydantic import Field

from chargers.models import ChargePoint, EvseState
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.scope import get_site
from evkit.console.api.types import (
    ExceptionShape,
    Limit,
    Page,
    Strict,
    WeeklyRange,
    given_exceptions,
    refuse_null,
)
from evkit.console.selectors.overview import resting_statuses
from evkit.core.clock import utc_now
from sites.exceptions import Weekly
from sites.limits import level_of, limit_w_at
from sites.models import Site
from sites.permissions import Right
from sites.services.settings import MOST_STARTS, SiteLimit, SiteSharing, change_sharing, change_site
from sites.types import Distribution, HolidayRule

router = Router(tags=["sites"])
ORDER = Order("code", types=[str])


class Name(Schema):
    """A name in both languages."""

    en: str
    fr: str


class SmartCharging(Schema):
    """The smart-charging settings of a site."""

    enabled: bool
    distribution: str
    launch_reserve: int
    dead_band: Limit


class WeeklyLimit(Limit):
    """A limit that holds in weekly ranges, with what differs on public holidays and on certain days."""

    ranges: list[WeeklyRange]
    on_holidays: HolidayRule = HolidayRule.USUAL
    exceptions: list[ExceptionShape] = []


class SiteOut(Schema):
    """A site; `power_w` is what its connectors draw now, null if none has told.

    `limit_now_w` is the strictest of the limit and the weekly ones that hold now, null without any.
    """

    code: str
    name: Name
    timezone: str
    holidays: str
    limit: Limit | None
    limit_schedule: list[WeeklyLimit]
    limit_now_w: float | None
    voltage_v: float
    smart_charging: SmartCharging
    charge_points: int
    connected: int
    power_w: float | None


class SmartChargingPatch(Strict):
    """What is to change of smart charging; an absent key changes nothing."""

    enabled: bool | None = None
    distribution: Distribution | None = None
    launch_reserve: Annotated[int, Field(ge=0, le=MOST_STARTS)] | None = None
    dead_band: Limit | None = None

    def sharing(self) -> SiteSharing:
        """Return what changes of how power is shared."""
        band = self.dead_band
        return SiteSharing(
            UNSET if self.distribution is None else self.distribution,
            UNSET if self.launch_reserve is None else self.launch_reserve,
            UNSET if band is None else SiteLimit(band.value, band.unit),
        )


class SitePatch(Strict):
    """The part of a site that can be changed; an absent key changes nothing, a null limit lifts it.

    `limit_schedule` takes the place of all weekly limits. `holidays` is the country (FR), or the part of it
    (FR-57), whose public holidays count; "" for none.
    """

    limit: Limit | None = None
    limit_schedule: list[WeeklyLimit] = []
    holidays: str | None = None
    smart_charging: SmartChargingPatch | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the charge points of a site add up to."""

    charge_points: int = 0
    connected: int = 0
    power_w: float | None = None


@router.get("sites", response=Page[SiteOut], summary="Sites, by code")
def list_sites(request: ApiRequest, paging: Query[Paging]) -> Page[SiteOut]:
    """Return the sites that the token may see."""
    refuse_unknown_parameters(request, Paging)
    rows, cursor = ORDER.page(request.auth.sites(), paging)
    totals = _totals(rows)
    return Page[SiteOut](items=[_out(row, totals.get(row.pk, Totals())) for row in rows], next_cursor=cursor)


@router.get("sites/{code}", response=SiteOut, summary="One site")
def read_site(request: ApiRequest, code: str) -> SiteOut:
    """Return a site."""
    return _one(get_site(request.auth, code))


@router.patch("sites/{code}", response=SiteOut, summary="Change the limit, switch smart charging")
def patch_site(request: ApiRequest, code: str, changes: SitePatch) -> SiteOut:
    """Change a site; administrators only."""
    site = get_site(request.auth, code)
    request.auth.require(Right.CONFIGURE, site.pk)
    refuse_null(changes, allowed=("limit",))
    given, smart = changes.model_fields_set, changes.smart_charging or SmartChargingPatch()
    refuse_null(smart)
    limit = None if changes.limit is None else SiteLimit(changes.limit.value, changes.limit.unit)
    changed = change_site(
        site=site,
        actor=request.auth.actor,
        limit=limit if "limit" in given else UNSET,
        limit_schedule=_levels(changes.limit_schedule) if "limit_schedule" in given else UNSET,
        holiday_region=UNSET if changes.holidays is None else changes.holidays,
        smart_charging_enabled=UNSET if smart.enabled is None else smart.enabled,
    )
    return _one(change_sharing(site=changed, sharing=smart.sharing(), actor=request.auth.actor))


def _levels(schedule: Sequence[WeeklyLimit]) -> list[dict[str, Any]]:
    return [level_of((level.value, level.unit), _weekly(level)) for level in schedule]


def _weekly(level: WeeklyLimit) -> Weekly:
    ranges = [dict(each) for each in level.ranges]
    return Weekly(ranges, given_exceptions(level.exceptions), level.on_holidays)


def _one(site: Site) -> SiteOut:
    return _out(site, _totals([site]).get(site.pk, Totals()))


def _totals(sites: Sequence[Site]) -> dict[int, Totals]:
    """Return the totals of `sites` by primary key, in two queries.

    A connector that is free draws nothing, whatever it measured last; one that never told a status may draw.
    What is away is unknown.
    """
    points = ChargePoint.objects.filter(site__in=sites).values("site_id").order_by("site_id")
    counted = points.annotate(all=Count("pk"), connected=Count("pk", filter=Q(state__connected=True)))
    here = EvseState.objects.filter(
        evse__charge_point__site__in=sites, evse__charge_point__state__connected=True
    )
    drawn_w = Case(When(status__in=resting_statuses(), then=0.0), default="power_w")
    powers = here.order_by("evse__charge_point__site_id").values_list("evse__charge_point__site_id")
    power_w = dict(powers.annotate(total_w=Sum(drawn_w)))
    return {
        row["site_id"]: Totals(row["all"], row["connected"], power_w.get(row["site_id"])) for row in counted
    }


def _out(site: Site, totals: Totals) -> SiteOut:
    limit = None if site.limit_value is None else Limit(value=site.limit_value, unit=site.limit_unit)
    return SiteOut(
        code=site.code,
        name=Name(en=site.name_en, fr=site.name_fr),
        timezone=site.timezone,
        holidays=site.holiday_region,
        limit=limit,
        limit_schedule=[WeeklyLimit.model_validate(level) for level in site.limit_schedule],
        limit_now_w=limit_w_at(site, utc_now()),
        voltage_v=site.voltage_v,
        smart_charging=SmartCharging(
            enabled=site.smart_charging_enabled,
            distribution=site.distribution,
            launch_reserve=site.launch_reserve,
            dead_band=Limit(value=site.dead_band_value, unit=site.dead_band_unit),
        ),
        charge_points=totals.charge_points,
        connected=totals.connected,
        power_w=totals.power_w,
    )
