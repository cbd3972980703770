"""When evkit presumes on a site that a transaction has ended."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db import transaction
from msgspec import UNSET, UnsetType

from charging.models import ClosingRules
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.events import SiteChanged
from sites.models import Site


@dataclass(frozen=True, slots=True)
class ClosingTimes:
    """Times in minutes, at least 1; None switches a rule off, UNSET leaves it as it is."""

    free_min: int | UnsetType | None = UNSET
    silent_min: int | UnsetType | None = UNSET
    gone_min: int | UnsetType | None = UNSET


def closing_rules_of(site: Site) -> ClosingRules:
    """Return the rules of a site, the defaults where it has none of its own."""
    return ClosingRules.objects.filter(site=site).first() or ClosingRules(site=site)


@transaction.atomic
def change_closing_rules(*, site: Site, times: ClosingTimes, actor: Actor) -> ClosingRules:
    """Change the rules of a site, with an entry in the journal."""
    Site.objects.select_for_update().get(pk=site.pk)
    row = closing_rules_of(site)
    given = {field.name: getattr(times, field.name) for field in fields(times)}
    changes = {
        name: [getattr(row, name), value]
        for name, value in given.items()
        if value is not UNSET and value != getattr(row, name)
    }
    if not changes:
        return row
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    row.save()
    record(Deed(actor, "change", "closing_rules", site.code, site.pk, changes))
    publish_after_commit(SiteChanged(site.pk))
    return row
