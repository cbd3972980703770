"""The shown states as SQL, so that lists filter, sort and count in the database.

The rules are those of `evkit.console.states`; a state is its place in `URGENCY` there (0 is the most urgent).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypedDict

from django.db.models import (
    Case,
    Count,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from chargers.models import ChargePoint, Evse
from evkit.console.selectors.overview import DRAWING
from evkit.console.states import OCPP_STATES, URGENCY, Group, State


class Ranked(TypedDict):
    """What the functions below add to rows."""

    rank: int
    drawn_w: float


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    RankedEvse = WithAnnotations[Evse, Ranked]
    RankedChargePoint = WithAnnotations[ChargePoint, Ranked]
else:
    RankedEvse, RankedChargePoint = Evse, ChargePoint

RANK: Final = {state: place for place, state in enumerate(URGENCY)}
OFFLINE: Final = Value(RANK[State.OFFLINE])


def _rank(status: str, otherwise: State) -> Func:
    """Return the rank of an OCPP status found in the field `status`.

    One expression with constants of ours: Django takes milliseconds to write one of a `When` for each status.
    """
    cases = " ".join(f"WHEN '{name}' THEN {RANK[state]}" for name, state in OCPP_STATES.items())
    template = f"CASE %(expressions)s {cases} ELSE {RANK[otherwise]} END"
    return Func(F(status), template=template, output_field=IntegerField())


def ranked_connectors(connectors: QuerySet[Evse]) -> QuerySet[RankedEvse]:
    """Add `rank`, the shown state, and `drawn_w`, the power drawn in W, to connectors."""
    online = When(charge_point__state__connected=True, then=_rank("state__status", State.UNAVAILABLE))
    drawing = [RANK[state] for state in DRAWING]
    return connectors.annotate(rank=Case(online, default=OFFLINE, output_field=IntegerField())).annotate(
        drawn_w=Case(
            When(rank__in=drawing, then=Coalesce(F("state__power_w"), 0.0)),
            default=Value(0.0),
            output_field=FloatField(),
        )
    )


def ranked_charge_points(points: QuerySet[ChargePoint]) -> QuerySet[RankedChargePoint]:
    """Add `rank`, the shown state, and `drawn_w`, the power drawn in W, to charge points."""
    connectors = ranked_connectors(Evse.objects.filter(charge_point=OuterRef("pk"))).order_by()
    urgent = Subquery(connectors.order_by("rank").values("rank")[:1], output_field=IntegerField())
    sums = connectors.values("charge_point").annotate(total=Sum("drawn_w")).values("total")
    own = _rank("state__status", State.IDLE)
    decided = [
        When(state__status=name, then=Value(RANK[OCPP_STATES[name]])) for name in ("Faulted", "Unavailable")
    ]
    shown = Case(*decided, default=Coalesce(urgent, own), output_field=IntegerField())
    return points.annotate(
        rank=Case(When(state__connected=True, then=shown), default=OFFLINE, output_field=IntegerField()),
        drawn_w=Coalesce(Subquery(sums, output_field=FloatField()), 0.0),
    )


def ranks_of(group: Group) -> list[int]:
    """Return the ranks of the states in a group."""
    return [RANK[state] for state in State if state.group is group]


def group_counts(ranked: QuerySet[Any]) -> dict[Group, int]:
    """Count rows that carry `rank` by group of states."""
    counts = dict.fromkeys(Group, 0)
    rows: Iterable[tuple[int, int]] = (
        ranked.order_by().values("rank").annotate(rows=Count("pk")).values_list("rank", "rows")
    )
    for rank, number in rows:
        counts[URGENCY[rank].group] += number
    return counts
