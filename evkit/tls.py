"""TLS of evkit's own listener for charge points: its certificate, and how clients are checked.

Security whitepaper A00.FR.306 to FR.322 (server certificate, TLS 1.2 at least, cipher suites, no compression)
and A00.FR.403 (client certificates).
"""

from __future__ import annotations

import ipaddress
import logging
import os
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ImproperlyConfigured

from chargers.services.authority import CertificateAuthority, load_authority, subject_of, to_pem

CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:AES128-GCM-SHA256:AES256-GCM-SHA384"
RENEWED_BEFORE: Final = timedelta(days=30)
ALWAYS: Final = ("localhost", "127.0.0.1", "::1")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Where the certificate comes from: given files, or evkit's own authority for these `names`.

    `folder` keeps the own certificate with its key.
    """

    folder: Path
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None


class TlsServer:
    """The TLS context of a listener; its certificate is renewed in place, for new connections."""

    def __init__(self, settings: TlsSettings, *, now: datetime) -> None:
        self._settings = settings
        authority = load_authority(now=now)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.options |= ssl.OP_NO_COMPRESSION
        self.context.set_ciphers(CIPHERS)
        self.context.load_verify_locations(cadata=authority.pem)
        self.context.verify_mode = ssl.CERT_OPTIONAL
        self._load(authority, now)

    def renew(self, *, now: datetime) -> None:
        """Load the files again, after renewing the own certificate where it is due."""
        self._load(load_authority(now=now), now)

    def _load(self, authority: CertificateAuthority, now: datetime) -> None:
        settings = self._settings
        certificate = settings.certificate or _own_file(authority, settings, now)
        key = (settings.key if settings.certificate else None) or certificate
        try:
            self.context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            raise ImproperlyConfigured(
                f"The TLS certificate {certificate} with the key {key} cannot be used: {error}."
            ) from error


def _own_file(authority: CertificateAuthority, settings: TlsSettings, now: datetime) -> Path:
    """Return the file with key and certificate of evkit's own authority, made anew where it no longer serves.

    Both lie in one file, replaced in one step: processes that share the folder never see halves of two.
    """
    path = settings.folder / "server.pem"
    names = tuple(dict.fromkeys((*settings.names, *ALWAYS)))
    if not _serves(path, authority, names, now):
        private = ec.generate_private_key(ec.SECP256R1())
        made = authority.issue_for_server(
            subject_of(names[0]), private.public_key(), alternative_names(names), now=now
        )
        settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, _key_text(private) + to_pem(made) + authority.pem)
        log.info("tls_certificate_made", extra={"names": list(names), "until": str(made.not_valid_after_utc)})
    return path


def _serves(path: Path, authority: CertificateAuthority, names: Sequence[str], now: datetime) -> bool:
    try:
        text = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(text)
        certificate.verify_directly_issued_by(authority.certificate)
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        key = serialization.load_pem_private_key(text, None)
    except Exception:  # noqa: BLE001 (whatever is wrong with the file, another one is made)
        return False
    due = certificate.not_valid_after_utc - RENEWED_BEFORE
    fits = key.public_key() == certificate.public_key()
    return fits and now < due and set(told) == set(alternative_names(names))


def alternative_names(names: Sequence[str]) -> list[x509.GeneralName]:
    """Return names and addresses as certificates carry them."""
    return [_alternative(name) for name in names]


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner reads, in one step."""
    descriptor, temporary = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    Path(temporary).replace(path)


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
