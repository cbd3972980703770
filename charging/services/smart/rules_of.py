"""Which rule shares the power of every connector, and how charge points divide theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import F

from chargers.models import Evse
from charging.services.smart.facts import EvseFacts
from charging.smart.dividing import Division, Post
from charging.smart.rules import Rule
from sites.models import Site


def group_rules(sites: Sequence[Site]) -> dict[int, str]:
    """Return the rule of the groups of connectors by EVSE id, empty where no group has one (one query).

    Connectors without a group are not there. Of several groups with a rule the one with the lowest number
    counts.
    """
    links = (
        Evse.groups.through.objects.filter(evse__charge_point__site__in=sites)
        .filter(schedulegroup__site=F("evse__charge_point__site"))
        .order_by("-schedulegroup__number")
        .values_list("evse_id", "schedulegroup__distribution")
    )
    found: dict[int, str] = {}
    for evse_id, rule in links:
        found[evse_id] = rule or found.get(evse_id, "")
    return found


def rules_of(
    sites: Sequence[Site], evses: Sequence[EvseFacts], of_group: Mapping[int, str]
) -> dict[int, Rule]:
    """Return the rule of every connector by EVSE id: its own, else its group's, else its site's."""
    of_site = {site.pk: site.distribution for site in sites}
    return {
        evse.id: Rule(evse.distribution or of_group.get(evse.id) or of_site[evse.charge_point.site_id])
        for evse in evses
    }


def posts_of(evses: Sequence[EvseFacts]) -> tuple[Post, ...]:
    """Return the charge points that divide their power in a way of their own."""
    places: dict[int, list[int]] = {}
    points = {evse.charge_point_id: evse.charge_point for evse in evses}
    for index, evse in enumerate(evses):
        places.setdefault(evse.charge_point_id, []).append(index)
    return tuple(
        Post(Division(points[pk].division), points[pk].max_power_w, tuple(found))
        for pk, found in places.items()
        if points[pk].division and len(found) > 1
    )
