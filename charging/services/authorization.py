"""Whether an id tag may charge: decided from loaded facts, denied by status and never by an error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Greatest

from chargers.models import DeferredAnswer
from chargers.services.quirks import quirks_of_many
from chargers.types import ConnectorStatus
from charging.models import IdToken, LastAuthorization, RefusedRequest, Transaction
from charging.models.id_token import token_key
from charging.services.policies import policies_of
from charging.types import AuthorizationStatus as Status
from evkit.core.texts import storable
from sites.types import ConcurrencyPolicy, UnknownTagPolicy

OPERATOR_PATIENCE = timedelta(seconds=25)
"""How long an operator has to answer; charge points wait 30 s or more for an answer."""

DECISION_LASTS = timedelta(minutes=30)
"""For how long an operator's decision about an unknown tag, once given, holds for a start."""

SHORTEST_BADGE = 8
"""Characters of the shortest number that a badge has: four bytes (ISO 14443-3, a single size UID)."""

CLOCK_SLACK = timedelta(seconds=60)
"""A charge point's clock may run behind ours by this much without putting a start before its tag."""


VISIT = timedelta(minutes=15)
"""Refusals of one tag at one charge point that are no further apart are one refused request."""


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What is known of an id tag where a charge point presents it.

    Attributes:
        known: whether it was declared.
        blocked: it, or the parent of its group.
        expires_at: the earlier expiry of it and the parent of its group.
        by_parent: whether the parent of its group is what blocks it or lets it expire.
        elsewhere: the number of its open transaction that this one would be beside, None if there is none.
        unknown_tags: the site's policy.
        waived: the site's policies let it charge whatever is known of it, unless it is blocked.
        operator: what an operator decided about the unknown tag lately, None if nobody has. A refusal
            is asked about again when the tag comes back.
    """

    known: bool
    blocked: bool = False
    expires_at: datetime | None = None
    by_parent: bool = False
    elsewhere: int | None = None
    unknown_tags: UnknownTagPolicy = UnknownTagPolicy.REFUSE
    waived: bool = False
    operator: Status | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a charge point is told about an id tag (OCPP 1.6 §7.27 IdTagInfo).

    `ask_operator` means that an operator may still decide otherwise.
    """

    status: Status
    parent: str = ""
    expires_at: datetime | None = None
    token_id: int | None = None
    vehicle_id: int | None = None
    ask_operator: bool = False
    decided_at: datetime | None = None


def judge(facts: TagFacts, at: datetime) -> tuple[Status, bool]:
    """Return the decision as of `at`, and whether an operator is still to be asked."""
    if facts.blocked:
        return Status.BLOCKED, False
    if facts.waived:
        return Status.ACCEPTED, False
    if not facts.known:
        return _judge_unknown(facts)
    if facts.expires_at is not None and facts.expires_at <= at:
        return Status.EXPIRED, False
    if facts.elsewhere is not None:
        return Status.CONCURRENT_TX, False
    return Status.ACCEPTED, False


def _judge_unknown(facts: TagFacts) -> tuple[Status, bool]:
    if facts.unknown_tags == UnknownTagPolicy.ACCEPT:
        return Status.ACCEPTED, False
    if facts.unknown_tags == UnknownTagPolicy.OPERATOR:
        accepted = facts.operator == Status.ACCEPTED
        return (Status.ACCEPTED if accepted else Status.INVALID), not accepted
    return Status.INVALID, False


def authorize(
    *,
    charge_point_id: int,
    id_tag: str,
    at: datetime,
    evse_id: int | None = None,
    concurrency: bool = True,
    remember: bool = False,
    offline: bool = False,
) -> Decision:
    """Decide about `id_tag` presented at a charge point, as of `at`.

    Args:
        charge_point_id: where.
        id_tag: as sent, in any case.
        at: for which time; the start of a transaction that was begun offline lies in the past.
        evse_id: the connector of a start. Without one, open transactions of this charge point do
            not count: the tag may have come to end one.
        concurrency: whether open transactions elsewhere are a reason to refuse.
        remember: keep the answer as the step before a start.
        offline: whether it has charged already, while the charge point was offline.
    """
    key = token_key(storable(id_tag, 255))
    token = find_token(key, charge_point_id)
    policies = policies_of(charge_point_id)
    counts = concurrency and policies.concurrency != ConcurrencyPolicy.ALLOW
    facts = (
        _facts_of(token, charge_point_id, evse_id, at, concurrency=counts)
        if token is not None
        else _facts_of_unknown(policies.unknown_tags, charge_point_id, key, at)
    )
    facts = replace(facts, waived=policies.waive(tagged=bool(key), offline=offline))
    status, ask_operator = judge(facts, at)
    decision = Decision(
        status=status,
        parent=token.parent.value if token is not None and token.parent is not None else "",
        expires_at=facts.expires_at,
        token_id=token.pk if token is not None else None,
        vehicle_id=token.vehicle_id if token is not None else None,
        ask_operator=ask_operator,
    )
    if remember and key and not ask_operator:
        _remember(charge_point_id, key, decision, facts, at)
        if status != Status.ACCEPTED:
            _note_refusal(charge_point_id, key, status, at)
    return decision


def find_token(key: str, charge_point_id: int) -> IdToken | None:
    """Return the declared id tag with this key, None if there is none.

    Where a charge point adds characters of its own (quirk `tag_suffix`), it is the longest one that the key
    begins with and that has the length of a badge's number.
    """
    tokens = IdToken.objects.select_related("parent")
    token = tokens.filter(key=key).first() if key else None
    if token is not None or len(key) <= SHORTEST_BADGE or not _adds_to_tags(charge_point_id):
        return token
    beginnings = [key[:length] for length in range(SHORTEST_BADGE, len(key))]
    return max(tokens.filter(key__in=beginnings), key=lambda row: len(row.key), default=None)


def _adds_to_tags(charge_point_id: int) -> bool:
    quirks = quirks_of_many([charge_point_id]).get(charge_point_id)
    return quirks is not None and quirks.tag_suffix


def _remember(charge_point_id: int, key: str, decision: Decision, facts: TagFacts, at: datetime) -> None:
    refused = decision.status in {Status.BLOCKED, Status.EXPIRED}
    LastAuthorization.objects.update_or_create(
        charge_point_id=charge_point_id,
        key=key,
        defaults={
            "status": decision.status,
            "at": at,
            "parent": decision.parent if refused and facts.by_parent else "",
            "elsewhere": facts.elsewhere if decision.status == Status.CONCURRENT_TX else None,
        },
    )


def _note_refusal(charge_point_id: int, key: str, status: Status, at: datetime) -> None:
    visit = (at - VISIT, at + VISIT)
    known = RefusedRequest.objects.filter(charge_point_id=charge_point_id, key=key, last_at__range=visit)
    again = known.update(last_at=Greatest("last_at", at), tries=F("tries") + 1, status=status)
    if not again:
        RefusedRequest.objects.create(
            charge_point_id=charge_point_id, key=key, status=status, first_at=at, last_at=at
        )


def authorised_at(*, charge_point_id: int, id_tag: str, before: datetime) -> datetime | None:
    """Return when the tag was last accepted at the charge point, at most `DECISION_LASTS` before."""
    key = token_key(storable(id_tag, 255))
    row = LastAuthorization.objects.filter(
        charge_point_id=charge_point_id,
        key=key,
        status=Status.ACCEPTED,
        at__range=(before - DECISION_LASTS, before + CLOCK_SLACK),
    ).first()
    if row is not None:
        return min(row.at, before)
    decision = _operator_decision(charge_point_id, key, before)
    accepted = decision is not None and decision[0] == Status.ACCEPTED
    return min(decision[1], before) if decision is not None and accepted else None


def _facts_of(
    token: IdToken, charge_point_id: int, evse_id: int | None, at: datetime, *, concurrency: bool
) -> TagFacts:
    parent = token.parent
    expiries = [row.expires_at for row in (token, parent) if row is not None and row.expires_at]
    expires_at = min(expiries, default=None)
    counts = concurrency and not token.concurrent
    return TagFacts(
        known=True,
        blocked=token.blocked or (parent is not None and parent.blocked),
        expires_at=expires_at,
        by_parent=not token.blocked
        and parent is not None
        and (parent.blocked or (expires_at is not None and parent.expires_at == expires_at)),
        elsewhere=_charging_elsewhere(token, charge_point_id, evse_id, at) if counts else None,
    )


def _charging_elsewhere(
    token: IdToken, charge_point_id: int, evse_id: int | None, at: datetime
) -> int | None:
    """Return the tag's open transaction elsewhere, on a connector that is not free again.

    Starts of one tag are judged one after the other, whichever processes they come to.
    """
    if evse_id is not None:
        IdToken.objects.select_for_update(of=("self",), no_key=True).filter(pk=token.pk).first()
    here = Q(evse_id=evse_id) if evse_id is not None else Q(charge_point_id=charge_point_id)
    return (
        Transaction.objects.open()
        .filter(id_token=token, started_at__lte=at, authorization=Status.ACCEPTED)
        .exclude(here)
        .exclude(evse__state__status=ConnectorStatus.AVAILABLE)
        .values_list("number", flat=True)
        .first()
    )


def _facts_of_unknown(policy: UnknownTagPolicy, charge_point_id: int, key: str, at: datetime) -> TagFacts:
    if policy != UnknownTagPolicy.OPERATOR:
        return TagFacts(known=False, unknown_tags=policy)
    decision = _operator_decision(charge_point_id, key, at)
    return TagFacts(
        known=False,
        unknown_tags=policy,
        operator=decision[0] if decision is not None else None,
    )


def _operator_decision(charge_point_id: int, key: str, at: datetime) -> tuple[Status, datetime] | None:
    """Return what an operator last answered about the tag at this charge point, and when."""
    answered = DeferredAnswer.objects.filter(
        charge_point_id=charge_point_id,
        action="Authorize",
        answered_at__range=(at - DECISION_LASTS, at + DECISION_LASTS),
    ).exclude(answered_by="")
    for row in answered.order_by("-answered_at")[:20]:
        if token_key(str(row.request.get("idTag", ""))) == key and row.answered_at is not None:
            info = (row.answer or {}).get("idTagInfo", {})
            if info.get("status") in Status.values:
                return Status(info["status"]), row.answered_at
    return None
