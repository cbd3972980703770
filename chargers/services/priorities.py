"""The priorities of connectors (R18)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from chargers.models import Evse
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.events import SiteChanged
from sites.models import Site


@transaction.atomic
def set_priorities(*, site: Site, priorities: Mapping[int, int], actor: Actor) -> None:
    """Give connectors of a site (by EVSE id) other priorities; those of other sites are left out."""
    rows = Evse.objects.select_for_update(of=("self",)).filter(pk__in=priorities, charge_point__site=site)
    changed = [row for row in rows.select_related("charge_point") if row.priority != priorities[row.pk]]
    if not changed:
        return
    changes = {str(row): [row.priority, priorities[row.pk]] for row in changed}
    for row in changed:
        row.priority = priorities[row.pk]
    Evse.objects.bulk_update(changed, ["priority"])
    record(Deed(actor, "change", "priorities", site.code, site.pk, changes))
    publish_after_commit(SiteChanged(site.pk))
