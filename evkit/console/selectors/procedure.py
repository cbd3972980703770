"""Reads the sequence of procedures of connectors and transactions."""

from __future__ import annotations

from datetime import datetime, timedelta

from chargers.models import Boot, ChargePoint, Command, Connection, DeferredAnswer, Evse
from chargers.types import Effect
from charging.models import Transaction
from charging.models.id_token import token_key
from charging.services.authorization import DECISION_LASTS
from charging.services.remote import asks_for
from charging.types import AuthorizationStatus, Flag
from evkit.console.doers import doer
from evkit.console.reasons import stop_text
from evkit.console.selectors.badges import AUTHORIZE, tag_of
from evkit.console.selectors.facts import charge_of, connector_facts, link_of, report_of
from evkit.console.steps import Procedure, StepMark, Way, steps
from evkit.console.why import why
from evkit.console.why.facts import Facts, Link

REMOTE_LASTS = timedelta(minutes=15)
"""A remote start is looked for this long before its transaction."""

HELD = frozenset({"SuspendedEV", "SuspendedEVSE", "Faulted"})

How = tuple[Way, str, datetime | None]


def waiting_procedure(facts: Facts) -> Procedure:
    """Return the steps known where no transaction has begun."""
    plugged = facts.status == "Preparing"
    badge = None if facts.question else facts.badge
    started = facts.start if facts.start and (facts.start.awaited or facts.start.seen) else None
    way = Way.OPERATOR if badge and badge.by else Way.BADGE
    return Procedure(
        online=facts.link.connected,
        connected_at=facts.link.connected_at,
        booted_at=facts.link.booted_at,
        plugged_at=facts.connector.since if plugged else None,
        tag=badge.tag if badge else (started.tag if started else ""),
        way=Way.REMOTE if started else way,
        by=(started.by if started else "") or (badge.by if badge else ""),
        refused=badge is not None and not badge.accepted and started is None,
        authorised_at=started.at if started else (badge.at if badge else None),
    )


def transaction_procedure(row: Transaction, facts: Facts | None = None) -> Procedure:
    """Return the steps of a transaction; with `facts` of its connector, as they are now."""
    if facts is not None and row.ended_at is None:
        return _procedure(row, _how(row), facts)
    link = Link(connected_at=_connected_at(row), booted_at=_booted_at(row))
    return _procedure(row, _how(row), Facts(link=link))


def brief_procedure(evse: Evse, running: Transaction | None) -> Procedure:
    """Return the steps of a connector as a list shows them: from its loaded rows alone."""
    link = link_of(evse.charge_point)
    report = report_of(getattr(evse, "state", None))
    charge = None if running is None else charge_of(running)
    facts = Facts(number=evse.number, link=link, connector=report, charge=charge)
    if running is None:
        return waiting_procedure(facts)
    return _procedure(running, (Way.BADGE, "", running.authorised_at), facts)


def _procedure(row: Transaction, how: How, facts: Facts) -> Procedure:
    way, by, authorised_at = how
    link, report = facts.link, facts.connector
    return Procedure(
        online=link.connected,
        connected_at=link.connected_at,
        booted_at=link.booted_at,
        plugged_at=row.connected_at,
        tag=row.id_tag,
        way=way,
        by=by,
        refused=row.authorization != AuthorizationStatus.ACCEPTED,
        authorised_at=authorised_at,
        number=row.number,
        started_at=row.started_at,
        replayed=Flag.OFFLINE_START in row.flags,
        charging_at=row.charging_at,
        energy_flowed=row.energy_wh > 0,
        held_since=report.since if report.status in HELD else None,
        left=facts.left,
        stopped_at=row.ended_at,
        stop_reason=stop_text(row),
        lost=Flag.PRESUMED_ENDED in row.flags,
    )


def _how(row: Transaction) -> How:
    """Return how a transaction was authorised, by whom and when."""
    remote = _remote_start(row)
    if remote is not None:
        return Way.REMOTE, doer(remote.requested_name) or "evkit", row.authorised_at or remote.created_at
    if not row.id_tag:
        return Way.FREE, "", row.authorised_at
    if row.authorised_at is None:
        return (Way.OFFLINE if Flag.OFFLINE_START in row.flags else Way.LOCAL), "", None
    operator = "" if row.id_token_id else _operator(row, row.authorised_at)
    return (Way.OPERATOR if operator else Way.BADGE), operator, row.authorised_at


def _remote_start(row: Transaction) -> Command | None:
    """Return the remote start that a transaction fulfilled."""
    received = row.started_received_at
    ordered = Command.objects.filter(
        charge_point_id=row.charge_point_id,
        action="RemoteStartTransaction",
        effect=Effect.SEEN,
        effect_at__range=(received - timedelta(seconds=5), received + timedelta(minutes=1)),
        created_at__gte=received - REMOTE_LASTS,
    ).order_by("pk")
    number = row.evse.number
    return next((c for c in ordered if asks_for(c.payload, id_tag=row.id_tag, connector=number)), None)


def _operator(row: Transaction, at: datetime) -> str:
    """Return the operator who accepted an undeclared badge."""
    answered = DeferredAnswer.objects.filter(
        charge_point_id=row.charge_point_id,
        action=AUTHORIZE,
        answered_at__range=(at - DECISION_LASTS, at + timedelta(seconds=1)),
    ).exclude(answered_by="")
    key = token_key(row.id_tag)
    mine = (each.answered_by for each in answered.order_by("-answered_at") if token_key(tag_of(each)) == key)
    return next(mine, "")


def _connected_at(row: Transaction) -> datetime | None:
    """Return since when the charge point was connected when the transaction started."""
    before = Connection.objects.filter(charge_point_id=row.charge_point_id, opened_at__lte=row.started_at)
    last = before.order_by("-opened_at").first()
    if last is None or (last.closed_at is not None and last.closed_at < row.started_at):
        return None
    return last.opened_at


def _booted_at(row: Transaction) -> datetime | None:
    before = Boot.objects.filter(charge_point_id=row.charge_point_id, at__lte=row.started_at)
    return before.order_by("-at").values_list("at", flat=True).first()


def transaction_steps(row: Transaction, now: datetime) -> list[StepMark]:
    """Return the steps of a transaction as its page shows them: why it stands still while it is open."""
    if row.ended_at is not None:
        return steps(transaction_procedure(row), now)
    points = ChargePoint.objects.filter(pk=row.charge_point_id).with_live_state()
    facts = connector_facts(list(points), {row.evse_id: row}, now)[row.evse_id]
    answer = why(facts, now)
    return steps(transaction_procedure(row, facts), now, answer.sentence if answer else "")
