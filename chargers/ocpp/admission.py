"""Decides whether a charge point may connect, and opens its connection in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import Batch, Link
from chargers.ocpp.handshake import Offer
from chargers.services.connections import (
    HandshakeFacts,
    find_for_handshake,
    keep_pending,
    note_failure,
    open_connection,
)
from chargers.services.passwords import next_password_matches, password_matches, promote_password
from chargers.types import Registration

LEAST_IDLE_S = 120.0
HEARTBEATS_MISSED = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """The handshake is refused with an HTTP status and a reason."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Admission:
    """The charge point may speak; `echo` is the subprotocol to confirm.

    `replaced_*` name the process and socket that held it before, if one did.
    """

    link: Link
    echo: str | None
    idle_limit_s: float
    replaced_process: str = ""
    replaced_token: UUID | None = None


def admit(
    *,
    identity: str,
    password: bytes | None,
    offer: Offer,
    address: str,
    encrypted: bool,
    token: UUID,
    process: str,
    batch: Batch,
) -> Admission | Refusal:
    """Check identity, registration and credentials; open the connection if all is well.

    Runs inside a batch's transaction. Security profiles: OCPP 1.6 security whitepaper §2.
    """
    facts = find_for_handshake(identity) or keep_pending(identity)
    refusal = _refusal(facts, password, encrypted=encrypted)
    if refusal is not None or facts is None:
        refused = refusal or Refusal(404, "unknown charge point")
        note_failure(identity, address, refused.reason, now=batch.now)
        return refused
    if next_password_matches(facts, password):
        promote_password(facts.charge_point_id, facts.next_password_digest)
    replaced = open_connection(
        token=token,
        charge_point_id=facts.charge_point_id,
        site_id=facts.site_id,
        address=address,
        subprotocol=offer.echo or "",
        version=offer.version,
        process=process,
        batch=batch,
    )
    if offer.echo is None:
        batch.deviations.append(
            (facts.charge_point_id, Deviation("no-subprotocol", "", "none was offered; taken for OCPP 1.6"))
        )
    link = Link(
        token=token,
        charge_point_id=facts.charge_point_id,
        identity=identity,
        site_id=facts.site_id,
        version=offer.version,
        evse_ids=dict(facts.evse_ids),
        quirks=facts.quirks,
        authenticated=_knows_password(facts, password),
    )
    idle = max(LEAST_IDLE_S, HEARTBEATS_MISSED * facts.heartbeat_interval_s)
    return Admission(link, offer.echo, idle, replaced.process, replaced.token)


def _refusal(facts: HandshakeFacts | None, password: bytes | None, *, encrypted: bool) -> Refusal | None:
    if facts is None:
        return Refusal(404, "unknown charge point")
    if facts.registration == Registration.REJECTED:
        return Refusal(403, "rejected by the administrator")
    if facts.security_profile >= 2 and not encrypted:
        return Refusal(403, "this charge point must use TLS")
    if facts.security_profile == 3:
        return Refusal(401, "a client certificate is required")
    needs_password = facts.security_profile >= 1 or facts.password_digest
    if needs_password and not _knows_password(facts, password):
        return Refusal(401, "wrong credentials")
    return None


def _knows_password(facts: HandshakeFacts, password: bytes | None) -> bool:
    return password_matches(facts, password) or next_password_matches(facts, password)
