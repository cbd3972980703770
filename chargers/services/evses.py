"""Connectors that nobody declared: known as soon as the charge point tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from django.db import transaction

from chargers.models import Evse, EvseState
from chargers.ocpp.handling import Batch, InboundCall, Link

MAX_NUMBER = 999
"""Highest connector number believed; no charge point has more, and each number costs a row."""

Place = tuple[int, int]
"""Charge point id and connector number."""


def is_connector(number: int) -> bool:
    """Tell whether `number` can be a connector; 0 is the whole charge point."""
    return 1 <= number <= MAX_NUMBER


def ensure_evses(wanted: Iterable[tuple[InboundCall, int]], batch: Batch) -> dict[Place, int]:
    """Return the primary keys of these connectors, creating undeclared ones; set-based.

    Created ones are recorded as deviation `undeclared-connector`. `Link.evse_ids` learns them after the
    commit, so that a batch rolled back leaves no key of a row that never was. Numbers that
    `is_connector` refuses are left out.
    """
    asked: dict[Place, InboundCall] = {}
    for call, number in wanted:
        if is_connector(number):
            asked.setdefault((call.link.charge_point_id, number), call)
    if not asked:
        return {}
    found = _find(asked)
    missing = {place: call for place, call in asked.items() if place not in found}
    if missing:
        found |= _create(missing, batch)
    for place, call in asked.items():
        transaction.on_commit(partial(_learn, call.link, place[1], found[place]))
    return found


def _learn(link: Link, number: int, evse_id: int) -> None:
    link.evse_ids[number] = evse_id


def _find(places: Iterable[Place]) -> dict[Place, int]:
    wanted = set(places)
    rows = Evse.objects.filter(charge_point_id__any_of={charge_point_id for charge_point_id, _ in wanted})
    found = rows.values_list("charge_point_id", "number", "pk")
    return {(cp, number): pk for cp, number, pk in found if (cp, number) in wanted}


def _create(missing: Mapping[Place, InboundCall], batch: Batch) -> dict[Place, int]:
    Evse.objects.bulk_create(
        [Evse(charge_point_id=cp, number=number, declared=False) for cp, number in sorted(missing)],
        ignore_conflicts=True,
    )
    created = _find(missing)
    EvseState.objects.bulk_create(
        [EvseState(evse_id=pk) for pk in sorted(created.values())], ignore_conflicts=True
    )
    for (_, number), call in missing.items():
        batch.deviate(call, "undeclared-connector", f"connector {number}")
    return created
