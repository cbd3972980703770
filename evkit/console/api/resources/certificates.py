"""`certificates`: those of charge points, the roots in them, and evkit's own authority."""

from __future__ import annotations

from typing import Any

from ninja import Router, Schema, Status

from chargers.models import InstalledCertificate, IssuedCertificate
from chargers.services.authority import load_authority
from chargers.services.issuing import revoke_certificate
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_charge_point
from evkit.console.api.types import Moment
from evkit.core.clock import utc_now
from sites.permissions import Right

router = Router(tags=["security"])


class IssuedOut(Schema):
    """A certificate of a charge point; `state` is what the charge point said to it."""

    serial_number: str
    fingerprint: str
    common_name: str
    state: str
    issued_at: Moment
    not_before: Moment
    not_after: Moment
    revoked_at: Moment | None
    certificate: str


class InstalledOut(Schema):
    """A root certificate in a charge point; `certificate` is null where only its hashes are known."""

    use: str
    hash_data: dict[str, str]
    subject: str
    not_after: Moment | None
    certificate: str | None
    doubtful: bool
    seen_at: Moment


class CertificatesOut(Schema):
    """Both, the newest issued first."""

    issued: list[IssuedOut]
    installed: list[InstalledOut]


class AuthorityOut(Schema):
    """The root certificate of evkit's own authority, in PEM."""

    certificate: str
    not_after: Moment


@router.get("authority", response=AuthorityOut, summary="evkit's own certificate authority")
def read_authority(request: ApiRequest) -> AuthorityOut:
    """Return the root certificate: charge points know evkit by it, proxies check them by it."""
    del request
    authority = load_authority(now=utc_now())
    return AuthorityOut(certificate=authority.pem, not_after=authority.certificate.not_valid_after_utc)


@router.get("charge-points/{path:identity}/certificates", response=CertificatesOut, summary="Certificates")
def list_certificates(request: ApiRequest, identity: str) -> CertificatesOut:
    """Return the certificates that evkit gave a charge point, and the roots that it is known to have."""
    point = get_charge_point(request.auth, identity)
    issued = IssuedCertificate.objects.filter(charge_point=point)
    installed = InstalledCertificate.objects.filter(charge_point=point)
    return CertificatesOut(
        issued=[_issued(row) for row in issued], installed=[_installed(row) for row in installed]
    )


@router.post(
    "charge-points/{path:identity}/certificates/{serial_number}/revoke",
    response={200: IssuedOut},
    summary="Revoke a certificate",
)
def post_revocation(request: ApiRequest, identity: str, serial_number: str) -> Status[IssuedOut]:
    """Let a certificate open no connection any more; administrators only."""
    point = get_charge_point(request.auth, identity)
    request.auth.require(Right.CONFIGURE, point.site_id)
    now, actor = utc_now(), request.auth.actor
    revoke_certificate(charge_point=point, serial_number=serial_number, now=now, actor=actor)
    return Status(200, _issued(IssuedCertificate.objects.get(serial_number=serial_number)))


def _issued(row: IssuedCertificate) -> IssuedOut:
    names = ("serial_number", "fingerprint", "common_name", "state", "issued_at", "not_before")
    facts: dict[str, Any] = {name: getattr(row, name) for name in names}
    return IssuedOut(**facts, not_after=row.not_after, revoked_at=row.revoked_at, certificate=row.certificate)


def _installed(row: InstalledCertificate) -> InstalledOut:
    return InstalledOut(
        use=row.use,
        hash_data={
            "hashAlgorithm": row.hash_algorithm,
            "issuerNameHash": row.issuer_name_hash,
            "issuerKeyHash": row.issuer_key_hash,
            "serialNumber": row.serial_number,
        },
        subject=row.subject,
        not_after=row.not_after,
        certificate=row.certificate or None,
        doubtful=row.doubtful,
        seen_at=row.seen_at,
    )
