"""What smart charging would decide with another limit, rule or priorities; nothing is stored or sent."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from charging.services.smart.balancing import settings_of
from charging.services.smart.situation import Situation, situation_of
from charging.smart.planner import Plan, plan
from sites.models import Project, Site
from sites.services.settings import SiteLimit


@dataclass(frozen=True, slots=True)
class Change:
    """What would be different; `priorities` by EVSE id, None leaves things as they are."""

    limit: SiteLimit | None = None
    distribution: str | None = None
    priorities: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a connector that charges would have, in W, and what decides it (`Why`)."""

    evse_id: int
    share_w: float
    why: str


@transaction.atomic
def what_if(*, site: Site, change: Change, now: datetime) -> dict[int, Outcome]:
    """Return by EVSE id what the charging connectors of a site would have once all is obeyed.

    It is the cycle itself on the same facts, also where smart charging is off; what it notes is rolled back.
    """
    project = Project.objects.exclude(limit_value=None).first()
    chosen = Q(pk=site.pk)
    if project is not None:
        chosen |= Q(smart_charging_enabled=True)
    rows = Site.objects.filter(chosen).order_by("pk")
    sites = [_changed(row, change) if row.pk == site.pk else row for row in rows]
    situation = situation_of(project, sites, now, change.priorities, tried=True)
    found = plan(
        situation.network, situation.connectors, situation.base, [settings_of(each) for each in sites]
    )
    transaction.set_rollback(True)
    return _outcomes(site, situation, found)


def _changed(site: Site, change: Change) -> Site:
    row = copy(site)
    if change.limit is not None:
        row.limit_value, row.limit_unit = change.limit.value, change.limit.unit
    if change.distribution is not None:
        row.distribution = change.distribution
    return row


def _outcomes(site: Site, situation: Situation, found: Plan) -> dict[int, Outcome]:
    outcomes = {}
    for index, (place, each) in enumerate(zip(situation.places, situation.connectors, strict=True)):
        if place.site.pk == site.pk and each.charging:
            share_w = float(found.target[index]) * each.load.watts
            outcomes[place.evse.id] = Outcome(place.evse.id, share_w, found.why[index])
    return outcomes
