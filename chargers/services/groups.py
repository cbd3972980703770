"""Which connectors are in which groups of their site (R20)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from chargers.models import ChargePoint, Evse
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.events import SiteChanged
from sites.models import ScheduleGroup


@transaction.atomic
def set_members(*, group: ScheduleGroup, evse_ids: Collection[int], actor: Actor) -> None:
    """Put exactly these connectors into a group; those of other sites are left out."""
    wanted = set(
        Evse.objects.filter(pk__in=evse_ids, charge_point__site=group.site_id).values_list("pk", flat=True)
    )
    before = set(group.evses.values_list("pk", flat=True))
    if wanted == before:
        return
    group.evses.set(wanted)
    changes = {"connectors": [_names(before - wanted), _names(wanted - before)]}
    key = f"{group.site.code}/{group.number}"
    record(Deed(actor, "change", "schedule_group", key, group.site_id, changes))
    publish_after_commit(SiteChanged(group.site_id))


def leave_groups(charge_point: ChargePoint) -> None:
    """Take the connectors of a charge point out of the groups of sites that it does not belong to."""
    links = Evse.groups.through.objects.filter(evse__charge_point=charge_point)
    links.exclude(schedulegroup__site=charge_point.site_id).delete()


def _names(evse_ids: Collection[int]) -> list[str]:
    rows = Evse.objects.filter(pk__in=evse_ids).select_related("charge_point")
    return [str(row) for row in rows.order_by("charge_point__identity", "number")]
