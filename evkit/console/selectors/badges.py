"""Reads what was decided about badges lately, and which badges wait for an operator's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from chargers.models import ChargePoint, DeferredAnswer, Evse
from charging.models import LastAuthorization, Transaction
from evkit.console.why.facts import Badge, Question

LATELY = timedelta(minutes=10)
"""For how long a badge at a free connector is still the reason why nothing charges there."""

BEFORE_CABLE = timedelta(minutes=2)
"""A badge may be presented so long before the vehicle is plugged in."""

AUTHORIZE = "Authorize"


@dataclass(frozen=True, slots=True)
class Badges:
    """The last decision and the waiting question of each charge point, by its id."""

    decided: Mapping[int, Badge]
    questions: Mapping[int, Question]
    now: datetime

    def of(self, row: ChargePoint, evse: Evse) -> Badge | None:
        """Return the decision that concerns a connector: an Authorize names none (OCPP 1.6 §4.1).

        It is about the vehicle that was plugged in before, else about the free connectors.
        """
        badge = self.decided.get(row.pk)
        state = getattr(evse, "state", None)
        if badge is None or state is None:
            return None
        if state.status == "Preparing":
            plugged_at = state.status_since or badge.at
            return badge if badge.at >= plugged_at - BEFORE_CABLE else None
        fresh = self.now - badge.at <= (BEFORE_CABLE if badge.accepted else LATELY)
        free = state.status in {"Available", "Reserved"}
        after = state.status_since is None or badge.at >= state.status_since
        return badge if free and fresh and after and not _waits(row) else None

    def question_of(self, row: ChargePoint, evse: Evse) -> Question | None:
        """Return the question that concerns a connector."""
        question = self.questions.get(row.pk)
        state = getattr(evse, "state", None)
        if question is None or state is None:
            return None
        return question if state.status == "Preparing" or not _waits(row) else None


def _waits(row: ChargePoint) -> bool:
    """Tell whether a vehicle waits at one of the connectors."""
    states = [getattr(evse, "state", None) for evse in row.evses.all()]
    return any(state is not None and state.status == "Preparing" for state in states)


def last_badges(rows: Sequence[ChargePoint], now: datetime) -> Badges:
    """Return the badges of charge points in three queries at most."""
    ids = [row.pk for row in rows]
    since = now - timedelta(hours=12)
    decided: dict[int, Badge] = {}
    for badge_of, badge in [*_authorizations(ids, since), *_answers(ids, since)]:
        if badge_of not in decided or badge.at >= decided[badge_of].at:
            decided[badge_of] = badge
    return Badges(decided, _questions(ids, now), now)


def _authorizations(ids: Sequence[int], since: datetime) -> list[tuple[int, Badge]]:
    found = list(LastAuthorization.objects.filter(charge_point__any_of=ids, at__gte=since).order_by("at"))
    places = _places([row.elsewhere for row in found if row.elsewhere])
    return [
        (
            row.charge_point_id,
            Badge(
                tag=row.key,
                status=row.status,
                at=row.at,
                parent=row.parent,
                elsewhere=places.get(row.elsewhere or 0, ""),
            ),
        )
        for row in found
    ]


def _places(numbers: Sequence[int]) -> dict[int, str]:
    """Return where transactions are, as "A_003 / 1"."""
    if not numbers:
        return {}
    rows = Transaction.objects.filter(number__in=numbers).select_related("evse__charge_point")
    return {row.number: str(row.evse) for row in rows}


def _answers(ids: Sequence[int], since: datetime) -> list[tuple[int, Badge]]:
    """Return what operators answered, and what went out because nobody did."""
    rows = DeferredAnswer.objects.filter(
        charge_point__any_of=ids, action=AUTHORIZE, asked_at__gte=since, answered_at__isnull=False
    ).order_by("answered_at")
    return [
        (
            row.charge_point_id,
            Badge(
                tag=tag_of(row),
                status=str(((row.answer or {}).get("idTagInfo") or {}).get("status", "")),
                at=row.answered_at,
                by=row.answered_by,
                unanswered=not row.answered_by,
            ),
        )
        for row in rows
        if row.answered_at is not None
    ]


def _questions(ids: Sequence[int], now: datetime) -> dict[int, Question]:
    rows = open_questions(now).filter(charge_point__any_of=ids)
    return {row.charge_point_id: Question(pk=row.pk, tag=tag_of(row), deadline=row.deadline) for row in rows}


def open_questions(now: datetime) -> QuerySet[DeferredAnswer]:
    """Return the Authorize calls that wait for an operator's answer, the most urgent first."""
    waiting = DeferredAnswer.objects.filter(action=AUTHORIZE, answered_at=None, deadline__gt=now)
    return waiting.order_by("deadline")


def tag_of(row: DeferredAnswer) -> str:
    """Return the badge of a waiting Authorize."""
    return str(row.request.get("idTag", ""))
