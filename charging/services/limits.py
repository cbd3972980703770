"""The limits of connectors: the present one in their state, the past ones as changes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from chargers.models import EvseState
from charging.models import LimitChange
from charging.types import LimitKind, LimitReason

Limit = tuple[float | None, float | None]
"""A limit in W and in A per phase; one of the two, or neither."""

NO_LIMIT: Final[Limit] = (None, None)
_FIELDS: Final = {
    LimitKind.REQUESTED: ("requested_w", "requested_a", "requested_at"),
    LimitKind.ACCEPTED: ("limit_w", "limit_a", "limit_at"),
}


def change_limits(
    states: QuerySet[EvseState], *, kind: LimitKind, limit: Limit, reason: LimitReason, at: datetime
) -> None:
    """Store a limit of connectors, and keep the change where it is another one than before.

    Whoever fails here fails with the transaction they are in: a savepoint would cost two statements more.
    """
    power_w, current_a = limit
    in_watts, in_amperes, since = _FIELDS[kind]
    with transaction.atomic(savepoint=False):
        present = (
            states.select_for_update(of=("self",)).order_by("pk").values_list("pk", in_watts, in_amperes)
        )
        changed = [pk for pk, *values in present if tuple(values) != limit]
        states.update(**{in_watts: power_w, in_amperes: current_a, since: at})
        LimitChange.objects.bulk_create(
            LimitChange(evse_id=pk, at=at, kind=kind, power_w=power_w, current_a=current_a, reason=reason)
            for pk in changed
        )
