"""Changing the settings of a site while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from msgspec import UNSET, UnsetType

from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.events import SiteChanged
from sites.models import Site


@dataclass(frozen=True, slots=True)
class SiteLimit:
    """The maximum of a site: `value` in `unit` ("W", or "A" per phase)."""

    value: float
    unit: str


@transaction.atomic
def change_site(
    *,
    site: Site,
    actor: Actor,
    limit: SiteLimit | UnsetType | None = UNSET,
    smart_charging_enabled: bool | UnsetType = UNSET,
) -> Site:
    """Change the limit (None lifts it) and switch smart charging; UNSET leaves things as they are."""
    row = Site.objects.select_for_update().get(pk=site.pk)
    wanted: dict[str, object] = {}
    if limit is None:
        wanted["limit_value"] = None
    elif limit is not UNSET:
        wanted |= {"limit_value": limit.value, "limit_unit": limit.unit}
    if smart_charging_enabled is not UNSET:
        wanted["smart_charging_enabled"] = smart_charging_enabled
    changes = {
        field: [getattr(row, field), value] for field, value in wanted.items() if getattr(row, field) != value
    }
    if not changes:
        return row
    for field, (_old, new) in changes.items():
        setattr(row, field, new)
    row.save(update_fields=list(changes))
    record(Deed(actor, "change", "site", row.code, row.pk, changes))
    publish_after_commit(SiteChanged(row.pk))
    return row
