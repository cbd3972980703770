"""Certificates with which charge points log in (security profile 3, whitepaper A00.FR.403 to 407)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from chargers.models import Authority, IssuedCertificate
from chargers.types import CertificateState


def valid_certificate(charge_point_id: int, der: bytes | None, now: datetime) -> int | None:
    """Return the key of the certificate if it lets this charge point in now; None if it does not.

    It must be one that evkit's present authority issued to this charge point, in its period, neither revoked
    nor refused. That the peer has its private key is proved by the TLS handshake. One that is used counts
    as taken, whatever became of the answer to CertificateSigned.
    """
    if not der:
        return None
    rows = IssuedCertificate.objects.filter(
        charge_point_id=charge_point_id,
        fingerprint=sha256(der).hexdigest(),
        revoked_at=None,
        not_before__lte=now,
        not_after__gte=now,
    )
    row = rows.exclude(state=CertificateState.REFUSED).first()
    if row is None or not _is_ours(der, row.common_name):
        return None
    if row.state == CertificateState.ISSUED:
        rows.update(state=CertificateState.ACCEPTED)
    return row.pk


def _is_ours(der: bytes, common_name: str) -> bool:
    """Check the path to the authority, and that the certificate says the name it was issued for."""
    authority = Authority.objects.values_list("certificate", flat=True).first()
    if authority is None:
        return False
    certificate = x509.load_der_x509_certificate(der)
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return [name.value for name in names] == [common_name]
