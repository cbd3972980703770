"""Reads charge points with their live state, hundreds at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, TypeVar

from django.db import models
from django.db.models.base import ModelState

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from sites.models import Site

M = TypeVar("M", bound=models.Model)


def live_charge_points(site: Site, only: Collection[int] | None = None) -> list[ChargePoint]:
    """Return a site's charge points (only those ids when given) with state, EVSEs and their states.

    The same as `ChargePoint.objects.of_site(site).with_live_state()` in two queries and a third of its
    time: most of that goes into making model instances one attribute at a time. Only the columns that
    overviews show are read; Django reads any other when it is asked for, row by row.
    """
    chosen = ChargePoint.objects.of_site(site)
    if only is not None:
        chosen = chosen.filter(pk__any_of=list(only))
    evses = _evses(site, only)
    every = Evse.objects.all()
    points = []
    for row in chosen.values_list(*_POINT_ROW):
        point = _instance(ChargePoint, _POINT, row)
        state = _state(ChargePointState, _POINT_STATE, row[len(_POINT) :])
        point._state.fields_cache.update(site=site, state=state)
        known = type(every)(Evse, every.query)  # it is never asked: all may have the same query
        known._result_cache = evses[point.pk]
        known._prefetch_done = True  # type: ignore[attr-defined]  # Django's own mark
        point._prefetched_objects_cache = {"evses": known}  # type: ignore[attr-defined]  # Django's own place
        for evse in evses[point.pk]:
            evse._state.fields_cache["charge_point"] = point
        points.append(point)
    return points


def let_go(points: Iterable[ChargePoint]) -> None:
    """Cut what ties charge points and their EVSEs to each other, once nothing of them is read any more.

    Otherwise hundreds of them are left at every reading to the garbage collector, which then stops the whole
    process, the answers to charge points too, for a fifth of a second at a time.
    """
    for point in points:
        for evse in point.evses.all():
            evse._state.fields_cache.pop("charge_point", None)


def _evses(site: Site, only: Collection[int] | None) -> dict[int, list[Evse]]:
    """Return the EVSEs with their states by charge point, in the order of their numbers."""
    chosen = Evse.objects.filter(charge_point__site=site)
    if only is not None:
        chosen = chosen.filter(charge_point__any_of=list(only))
    found: dict[int, list[Evse]] = defaultdict(list)
    for row in chosen.order_by("number").values_list(*_EVSE_ROW):
        evse = _instance(Evse, _EVSE, row)
        evse._state.fields_cache["state"] = _state(EvseState, _EVSE_STATE, row[len(_EVSE) :])
        found[evse.charge_point_id].append(evse)
    return found


_POINT: Final = ("id", "identity", "site_id", "name", "zone", "position", "max_power_w", "registration")
_POINT_STATE: Final = (
    "charge_point_id", "connected", "connected_at", "disconnected_at", "last_seen_at", "booted_at",
    "status", "status_at", "error_code", "vendor_error_code", "info",
)  # fmt: skip
_EVSE: Final = ("id", "charge_point_id", "number", "max_power_w", "max_current_a", "phases", "current")
_EVSE_STATE: Final = (
    "evse_id", "status", "status_since", "error_code", "vendor_error_code", "info",
    "power_w", "soc_percent", "measured_at", "limit_w", "limit_a", "limit_at",
)  # fmt: skip
_POINT_ROW: Final = (*_POINT, *(f"state__{name}" for name in _POINT_STATE))
_EVSE_ROW: Final = (*_EVSE, *(f"state__{name}" for name in _EVSE_STATE))


def _state(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M | None:
    """Return the state with these column values, None where there is no row of it: its key comes first."""
    return None if values[0] is None else _instance(model, names, values)


def _instance(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """Return a saved instance with these column values, as `Model.from_db` does; the others are deferred."""
    made = model.__new__(model)
    made.__dict__.update(zip(names, values, strict=False))
    made._state = ModelState()
    made._state.adding = False
    made._state.db = "default"
    return made
