"""evkit's own small certificate authority: ECDSA on P-256 (security whitepaper §2.6).

Its key lies in the database, sealed with a key derived from the server's secret (docs/decisions/0017):
every process can sign, and a stolen database alone signs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from cryptography import x509
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils.translation import gettext as _

from chargers.models import Authority
from chargers.services.secrets import open_text, seal_text
from evkit.core.errors import EvkitError

ROOT_LIFETIME: Final = timedelta(days=20 * 365)
LIFETIME: Final = timedelta(days=2 * 365)
SERVER_LIFETIME: Final = timedelta(days=90)
SKEW: Final = timedelta(hours=1)
"""How long before its issue a certificate is valid already: clocks of charge points are behind."""

DEFAULT_ORGANISATION: Final = "evkit"
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class AuthorityLockedError(EvkitError):
    """The authority's key was sealed under another secret of the server."""

    code = "authority_locked"


@dataclass(frozen=True)
class CertificateAuthority:
    """The root certificate with its key, which is opened when something is signed."""

    certificate: x509.Certificate
    sealed_key: str

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The private key.

        Raises:
            AuthorityLockedError: it was sealed under another secret of the server.
        """
        try:
            text = open_text(self.sealed_key)
        except InvalidToken as error:
            raise AuthorityLockedError(
                _(
                    "The key of the certificate authority was sealed under another EVKIT_SECRET_KEY. "
                    "Restore that one: nothing can be signed without it."
                )
            ) from error
        key = serialization.load_pem_private_key(text.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    @cached_property
    def pem(self) -> str:
        """The root certificate in PEM."""
        return to_pem(self.certificate)

    def issue(self, subject: x509.Name, key: PublicKey, *, now: datetime) -> x509.Certificate:
        """Return a certificate with which a charge point logs in."""
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        return self._builder(subject, key, usage, LIFETIME, now).sign(self.key, hashes.SHA256())

    def issue_for_server(
        self, subject: x509.Name, key: PublicKey, names: Sequence[x509.GeneralName], *, now: datetime
    ) -> x509.Certificate:
        """Return a certificate of a server that is reached under `names`; it expires fast (A00.FR.701)."""
        usage = ExtendedKeyUsageOID.SERVER_AUTH
        builder = self._builder(subject, key, usage, SERVER_LIFETIME, now)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _builder(
        self,
        subject: x509.Name,
        key: PublicKey,
        usage: x509.ObjectIdentifier,
        lifetime: timedelta,
        now: datetime,
    ) -> x509.CertificateBuilder:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - SKEW)
            .not_valid_after(min(now + lifetime, self.certificate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(issuer, critical=False)
        )


def load_authority(*, now: datetime) -> CertificateAuthority:
    """Return the authority, created on first use; whoever stores it first wins."""
    row = Authority.objects.first() or _create(now)
    return CertificateAuthority(x509.load_pem_x509_certificate(row.certificate.encode()), row.sealed_key)


def subject_of(common_name: str, organisation: str = "") -> x509.Name:
    """Return the subject of a certificate, of evkit's organisation where none is named."""
    name = organisation or settings.EVKIT_ORGANISATION or DEFAULT_ORGANISATION
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def to_pem(certificate: x509.Certificate) -> str:
    """Return a certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, in hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _create(now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = subject_of("evkit root")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + ROOT_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    row = Authority(
        pk=1, certificate=to_pem(certificate), sealed_key=seal_text(_key_text(key)), created_at=now
    )
    Authority.objects.bulk_create([row], ignore_conflicts=True)
    return Authority.objects.get(pk=1)


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    none = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, pkcs8, none).decode()


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
