"""Keeping what a cycle decided, for the page that shows it."""

from __future__ import annotations

from datetime import datetime

from charging.models import SiteDecision
from charging.services.smart.base_load import base_load_w
from charging.services.smart.situation import Situation
from charging.smart.planner import Plan
from charging.smart.reserve import reserve_w


def note_decisions(situation: Situation, found: Plan, now: datetime) -> None:
    """Store what every site of a cycle draws elsewhere, keeps for starts, and may draw in all."""
    for index, site in enumerate(situation.sites):
        mine = [each for each in situation.connectors if each.site == index]
        base, reserve = base_load_w(site, now), reserve_w(mine, site.launch_reserve)
        envelopes = zip(situation.connectors, found.envelope.tolist(), strict=True)
        drawn = sum(envelope * each.load.watts for each, envelope in envelopes if each.site == index)
        SiteDecision.objects.update_or_create(
            site=site,
            defaults={"at": now, "base_w": base, "reserve_w": reserve, "used_w": base + reserve + drawn},
        )
