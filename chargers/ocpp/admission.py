"""Decides whether a charge point may connect, and opens its connection in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import Batch, Link
from chargers.ocpp.handshake import Offer, Peer
from chargers.services.client_certificates import valid_certificate
from chargers.services.connections import (
    HandshakeFacts,
    find_for_handshake,
    keep_pending,
    note_failure,
    open_connection,
)
from chargers.services.passwords import next_password_matches, password_matches, promote_password
from chargers.services.security_profiles import promote_profile
from chargers.types import UNKNOWN, Registration

LEAST_IDLE_S = 120.0
HEARTBEATS_MISSED = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """The handshake is refused with an HTTP status and a reason."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a handshake proves; a certificate counts on an encrypted link only."""

    encrypted: bool = False
    password: bool = False
    certificate_id: int | None = None

    @property
    def authenticated(self) -> bool:
        """Whether the charge point proved who it is."""
        return self.password or self.certificate_id is not None

    @property
    def level(self) -> int:
        """The security profile that the link is worth (whitepaper §2.1), 0 for one without proof."""
        if not self.authenticated:
            return 0
        if not self.encrypted:
            return 1
        return 2 if self.certificate_id is None else 3


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
    peer: Peer,
    token: UUID,
    process: str,
    batch: Batch,
) -> Admission | Refusal:
    """Check identity, registration and credentials; open the connection if all is well.

    Runs inside a batch's transaction. Security profiles: OCPP 1.6 security whitepaper §2.
    """
    facts = find_for_handshake(identity) or keep_pending(identity)
    proof = _proof(facts, password, peer, batch.now)
    refusal = _refusal(facts, proof)
    if refusal is not None or facts is None:
        refused = refusal or Refusal(404, UNKNOWN)
        note_failure(identity, peer.address, refused.reason, now=batch.now)
        return refused
    if next_password_matches(facts, password):
        promote_password(facts.charge_point_id, facts.next_password_digest)
    if facts.next_security_profile and proof.level >= facts.next_security_profile:
        promote_profile(facts.charge_point_id, facts.next_security_profile)
    replaced = open_connection(
        token=token,
        charge_point_id=facts.charge_point_id,
        site_id=facts.site_id,
        address=peer.address,
        subprotocol=offer.echo or "",
        version=offer.version,
        process=process,
        security_level=proof.level,
        certificate_id=proof.certificate_id,
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
        authenticated=proof.authenticated,
    )
    idle = max(LEAST_IDLE_S, HEARTBEATS_MISSED * facts.heartbeat_interval_s)
    return Admission(link, offer.echo, idle, replaced.process, replaced.token)


def _proof(facts: HandshakeFacts | None, password: bytes | None, peer: Peer, now: datetime) -> Proof:
    if facts is None:
        return Proof(encrypted=peer.encrypted)
    known = password_matches(facts, password) or next_password_matches(facts, password)
    certificate_id = valid_certificate(facts.charge_point_id, peer.certificate, now)
    return Proof(encrypted=peer.encrypted, password=known, certificate_id=certificate_id)


def _refusal(facts: HandshakeFacts | None, proof: Proof) -> Refusal | None:
    if facts is None:
        return Refusal(404, UNKNOWN)
    if facts.registration == Registration.REJECTED:
        return Refusal(403, "rejected by the administrator")
    if facts.security_profile >= 2 and not proof.encrypted:
        return Refusal(403, "this charge point must use TLS")
    if facts.security_profile == 3 and proof.certificate_id is None:
        return Refusal(401, "a valid client certificate is required")
    if (facts.security_profile >= 1 or facts.password_digest) and not proof.authenticated:
        return Refusal(401, "wrong credentials")
    return None
