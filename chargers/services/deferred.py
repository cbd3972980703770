"""Answers that somebody gives later: an operator, or an upstream central system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged, DeferredAnswered, DeferredAsked
from chargers.models import DeferredAnswer
from chargers.ocpp.handling import Deferred, InboundCall
from evkit.core.errors import EvkitError, NotFoundError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record


class AlreadyAnsweredError(EvkitError):
    """Somebody else, or the deadline, was faster."""

    code = "already_answered"


def defer(call: InboundCall, deferred: Deferred, now: datetime) -> DeferredAnswer:
    """Store that `call` waits for a decision; the same call again finds the same row."""
    row, created = DeferredAnswer.objects.get_or_create(
        connection_token=call.link.token,
        message_id=call.message_id,
        defaults={
            "charge_point_id": call.link.charge_point_id,
            "action": call.action,
            "request": dict(deferred.request),
            "default": dict(deferred.default),
            "asked_at": now,
            "deadline": deferred.deadline,
        },
    )
    if created:
        place = call.link.charge_point_id, call.link.site_id
        publish_after_commit(DeferredAsked(row.pk, *place), ChargePointChanged(*place))
    return row


@transaction.atomic
def answer_deferred(*, pk: int, payload: Mapping[str, object], actor: Actor, now: datetime) -> DeferredAnswer:
    """Decide a waiting answer; the first decision counts.

    Raises:
        NotFoundError: there is no such call.
        AlreadyAnsweredError: it was decided before.
    """
    row = DeferredAnswer.objects.select_related("charge_point").filter(pk=pk).first()
    if row is None:
        raise NotFoundError(_("No charge point waits for this answer. Reload the page."))
    decided = DeferredAnswer.objects.filter(pk=pk, answered_at=None).update(
        answer=dict(payload), answered_at=now, answered_by=actor.name
    )
    if not decided:
        raise AlreadyAnsweredError(
            _("This request was answered already, by someone else or because its time was over.")
        )
    record(
        Deed(
            actor=actor,
            verb="answer",
            object_type="charge_point",
            object_key=row.charge_point.identity,
            site_id=row.charge_point.site_id,
            details={"action": row.action, "request": row.request, "answer": dict(payload)},
        )
    )
    publish_after_commit(
        DeferredAnswered(pk, row.charge_point_id, row.charge_point.site_id),
        ChargePointChanged(row.charge_point_id, row.charge_point.site_id),
    )
    row.refresh_from_db()
    return row


@transaction.atomic
def default_overdue(*, now: datetime) -> int:
    """Give the default to the waiting answers whose deadline has passed; return how many."""
    overdue = DeferredAnswer.objects.filter(answered_at=None, deadline__lte=now)
    defaulted = 0
    for pk, charge_point_id, site_id in list(
        overdue.values_list("pk", "charge_point_id", "charge_point__site_id")
    ):
        if overdue.filter(pk=pk).update(answer=F("default"), answered_at=now):
            defaulted += 1
            publish_after_commit(
                DeferredAnswered(pk, charge_point_id, site_id), ChargePointChanged(charge_point_id, site_id)
            )
    return defaulted


def answer_by_default(pk: int, *, now: datetime) -> bool:
    """Give a waiting answer its default if nobody decided it; tell whether that was so."""
    return bool(
        DeferredAnswer.objects.filter(pk=pk, answered_at=None).update(answer=F("default"), answered_at=now)
    )


def decided_answer(pk: int) -> dict[str, object]:
    """Return the decided answer; the default while there is none."""
    row = DeferredAnswer.objects.only("answer", "default").get(pk=pk)
    payload: dict[str, object] = row.default if row.answer is None else row.answer
    return payload
