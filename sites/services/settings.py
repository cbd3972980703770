"""Changing the settings of a site while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from msgspec import UNSET, UnsetType

from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.events import SiteChanged
from sites.holiday_calendar import check_region
from sites.limits import check_limit_schedule
from sites.models import Site
from sites.types import (
    ConcurrencyPolicy,
    Distribution,
    FreeChargingPolicy,
    OfflinePolicy,
    UnknownChargePointPolicy,
    UnknownTagPolicy,
)

MOST_STARTS: Final = 1000
"""So many starts can be kept free."""


@dataclass(frozen=True, slots=True)
class SiteLimit:
    """The maximum of a site: `value` in `unit` ("W", or "A" per phase)."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class SiteSharing:
    """How a site shares its power; UNSET leaves things as they are.

    `launch_reserve` is how many starts are kept free, `dead_band` how far a setting may lie from its share.
    """

    distribution: Distribution | UnsetType = UNSET
    launch_reserve: int | UnsetType = UNSET
    dead_band: SiteLimit | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class SitePolicies:
    """How a site decides who may charge; UNSET leaves a policy as it is. `automatic_tag` is "" for none."""

    unknown_charge_points: UnknownChargePointPolicy | UnsetType = UNSET
    unknown_tags: UnknownTagPolicy | UnsetType = UNSET
    free_charging: FreeChargingPolicy | UnsetType = UNSET
    concurrency: ConcurrencyPolicy | UnsetType = UNSET
    offline_starts: OfflinePolicy | UnsetType = UNSET
    automatic_tag: str | UnsetType = UNSET
    automatic_restart: bool | UnsetType = UNSET


@transaction.atomic
def change_site(
    *,
    site: Site,
    actor: Actor,
    limit: SiteLimit | UnsetType | None = UNSET,
    limit_schedule: Sequence[Mapping[str, Any]] | UnsetType = UNSET,
    smart_charging_enabled: bool | UnsetType = UNSET,
    holiday_region: str | UnsetType = UNSET,
) -> Site:
    """Change limit (None lifts it), weekly limits (`sites.limits`), holidays; switch smart charging.

    UNSET leaves things as they are.

    Raises:
        InvalidInputError: the weekly limits are not what they should be, or no holidays are known there.
    """
    wanted: dict[str, object] = {}
    if limit is None:
        wanted["limit_value"] = None
    elif limit is not UNSET:
        wanted |= {"limit_value": limit.value, "limit_unit": limit.unit}
    if limit_schedule is not UNSET:
        levels = [dict(level) for level in limit_schedule]
        _check(check_limit_schedule, levels, "limit_schedule")
        wanted["limit_schedule"] = levels
    if smart_charging_enabled is not UNSET:
        wanted["smart_charging_enabled"] = smart_charging_enabled
    if holiday_region is not UNSET:
        if holiday_region:
            _check(check_region, holiday_region, "holidays")
        wanted["holiday_region"] = holiday_region
    return _store(site, wanted, actor)


@transaction.atomic
def change_sharing(*, site: Site, sharing: SiteSharing, actor: Actor) -> Site:
    """Change how a site shares its power."""
    wanted: dict[str, object] = {}
    if sharing.distribution is not UNSET:
        wanted["distribution"] = str(sharing.distribution)
    if sharing.launch_reserve is not UNSET:
        wanted["launch_reserve"] = sharing.launch_reserve
    if sharing.dead_band is not UNSET:
        wanted |= {"dead_band_value": sharing.dead_band.value, "dead_band_unit": str(sharing.dead_band.unit)}
    return _store(site, wanted, actor)


@transaction.atomic
def change_policies(*, site: Site, policies: SitePolicies, actor: Actor) -> Site:
    """Change how a site decides who may charge."""
    given = {field.name: getattr(policies, field.name) for field in fields(policies)}
    return _store(site, {name: value for name, value in given.items() if value is not UNSET}, actor)


def _store(site: Site, wanted: Mapping[str, object], actor: Actor) -> Site:
    """Store what differs, with an entry in the journal, which tells a limit with its unit."""
    row = Site.objects.select_for_update().get(pk=site.pk)
    changes = {
        field: [getattr(row, field), value] for field, value in wanted.items() if getattr(row, field) != value
    }
    if not changes:
        return row
    unit = row.limit_unit
    for field, (_old, new) in changes.items():
        setattr(row, field, new)
    row.save(update_fields=list(changes))
    told = changes | ({"limit_unit": [unit, row.limit_unit]} if "limit_value" in changes else {})
    record(Deed(actor, "change", "site", row.code, row.pk, told))
    publish_after_commit(SiteChanged(row.pk))
    return row


def _check(check: Callable[[Any], None], value: object, field: str) -> None:
    try:
        check(value)
    except ValidationError as error:
        raise InvalidInputError(error.messages[0], field=field) from error
