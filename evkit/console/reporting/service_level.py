"""How available charge points were, and how many requests they did not serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Min

from chargers.models import Command, Connection, DeferredAnswer, Evse
from chargers.types import CommandState
from charging.models import RefusedRequest
from charging.services.automatic import AUTOMATIC
from charging.types import AuthorizationStatus
from evkit.console.reporting.charges import Span

FAILED: Final = (CommandState.REJECTED, CommandState.FAILED, CommandState.TIMED_OUT, CommandState.EXPIRED)

# A connection ends where the next one begins, whatever became of it; an outage counts while it was connected.
_SPANS: Final = """
WITH spans AS (
  SELECT charge_point_id, {later}(opened_at, {since}) AS a,
         {earlier}(coalesce(closed_at, {until}), {until},
                   coalesce(lead(opened_at) OVER (PARTITION BY charge_point_id ORDER BY opened_at, id),
                            {until})) AS b
  FROM chargers_connection WHERE charge_point_id {among} AND opened_at < {until}
), online AS (SELECT charge_point_id, a, b FROM spans WHERE b > a)
"""
_ONLINE: Final = """
SELECT charge_point_id, sum({online}) FROM online GROUP BY charge_point_id
"""
_OUT: Final = """
SELECT charge_point_id, sum({out}) FROM (
  SELECT o.charge_point_id, {later}(o.a, x.since) AS a, {earlier}(o.b, coalesce(x.until, {until})) AS b
  FROM chargers_outage x JOIN chargers_evse e ON e.id = x.evse_id
       JOIN online o ON o.charge_point_id = e.charge_point_id AND o.b > x.since
  WHERE x.since < {until} AND (x.until IS NULL OR (x.until > {since} AND x.until > o.a))
) cut GROUP BY charge_point_id
"""


@dataclass(frozen=True, slots=True)
class Availability:
    """Times of all connectors added up, in s: known (since the charge point connected first), available."""

    connectors: int = 0
    known_s: float = 0.0
    available_s: float = 0.0

    @property
    def share(self) -> float | None:
        """The availability in percent; None where nothing is known."""
        return 100 * self.available_s / self.known_s if self.known_s > 0 else None

    def __add__(self, other: Availability) -> Availability:
        return Availability(
            self.connectors + other.connectors,
            self.known_s + other.known_s,
            self.available_s + other.available_s,
        )


@dataclass(frozen=True, slots=True)
class Unserved:
    """Requests that got no energy: badges refused, starts from afar that failed, charges without energy."""

    refused: int = 0
    failed: int = 0
    empty: int = 0

    @property
    def count(self) -> int:
        """All of them."""
        return self.refused + self.failed + self.empty

    def __add__(self, other: Unserved) -> Unserved:
        return Unserved(self.refused + other.refused, self.failed + other.failed, self.empty + other.empty)


def availability_of(point_ids: Collection[int], span: Span) -> dict[int, Availability]:
    """Return the availability of charge points; the database adds the times up."""
    ids = sorted(point_ids)
    online = _asked(_SPANS + _ONLINE, ids, span)
    out = _asked(_SPANS + _OUT, ids, span)
    known = _known(ids, span)
    connectors = dict(_by_point(Evse.objects.filter(charge_point_id__any_of=ids)))
    return {
        pk: _availability(connectors.get(pk, 0), known.get(pk, 0.0), online.get(pk, 0.0), out.get(pk, 0.0))
        for pk in ids
    }


def _availability(connectors: int, known_s: float, online_s: float, out_s: float) -> Availability:
    known = known_s * connectors
    available = min(max(online_s * connectors - out_s, 0.0), known)
    return Availability(connectors, known, available)


def _known(ids: list[int], span: Span) -> dict[int, float]:
    """Return how much of the period charge points are known for, in s."""
    rows = (
        Connection.objects.filter(charge_point_id__any_of=ids)
        .values_list("charge_point_id")
        .annotate(Min("opened_at"))
    )
    return {
        pk: max((span.end - max(span.since, opened)).total_seconds(), 0.0) for pk, opened in rows.order_by()
    }


def _asked(query: str, ids: list[int], span: Span) -> dict[int, float]:
    postgres = connection.vendor == "postgresql"
    length = "extract(epoch FROM (b - a))" if postgres else "(julianday(b) - julianday(a)) * 86400.0"
    moments = "%(since)s::timestamptz" if postgres else "%(since)s"
    statement = query.format(
        later="greatest" if postgres else "max",
        earlier="least" if postgres else "min",
        since=moments,
        until=moments.replace("since", "until"),
        among="= ANY(%(ids)s)" if postgres else "IN (SELECT value FROM json_each(%(ids)s))",
        online=length,
        out=length,
    )
    adapt = connection.ops.adapt_datetimefield_value
    given = {"since": adapt(span.since), "until": adapt(span.end), "ids": ids if postgres else str(ids)}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return {pk: float(value) for pk, value in cursor.fetchall()}


def unserved_of(point_ids: Collection[int], span: Span) -> dict[int, Unserved]:
    """Return the badges refused and the starts that failed, by charge point."""
    refused = Counter(dict(_by_point(RefusedRequest.objects.filter(**_within("first_at", point_ids, span)))))
    asked = DeferredAnswer.objects.filter(action="Authorize", **_within("asked_at", point_ids, span))
    turned_away = asked.exclude(answered_at=None).exclude(
        answer__idTagInfo__status=AuthorizationStatus.ACCEPTED.value
    )
    refused.update(dict(_by_point(turned_away)))
    starts = Command.objects.filter(
        action="RemoteStartTransaction", state__in=FAILED, **_within("created_at", point_ids, span)
    )
    failed = dict(_by_point(starts.exclude(requested_name=AUTOMATIC.name)))
    return {pk: Unserved(refused[pk], failed.get(pk, 0)) for pk in {*refused, *failed}}


def _within(field: str, point_ids: Collection[int], span: Span) -> dict[str, Any]:
    return {
        "charge_point_id__any_of": point_ids,
        f"{field}__gte": span.since,
        f"{field}__lt": span.until,
    }


def _by_point(rows: Any) -> Iterable[tuple[int, int]]:
    counted: Iterable[tuple[int, int]] = (
        rows.order_by().values_list("charge_point_id").annotate(number=Count("pk"))
    )
    return counted
