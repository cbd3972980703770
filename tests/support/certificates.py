"""Keys, certificates and signatures for tests."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """Return a new key on P-256, or on another curve."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return a new RSA key."""
    return rsa.generate_private_key(65537, bits)


def name_of(common_name: str, organisation: str = "") -> x509.Name:
    """Return a subject."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def self_signed(
    key: PrivateKey, common_name: str = "Example", *, starts: datetime | None = None, days: int = 365
) -> str:
    """Return a certificate of its own, in PEM."""
    begin = starts or datetime.now(UTC) - DAY
    name = name_of(common_name, "Example")
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + days * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def signature_of(content: bytes, key: rsa.RSAPrivateKey) -> str:
    """Return the RSA-PSS signature over SHA-256 that makers of firmware give, in base64."""
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return base64.b64encode(key.sign(content, pss, hashes.SHA256())).decode()


def request_of(key: PrivateKey, common_name: str, organisation: str = "") -> str:
    """Return a certificate signing request, in PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name_of(common_name, organisation))
    made = builder.sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def issued_by(issuer_key: PrivateKey, issuer: str, key: PrivateKey, common_name: str) -> str:
    """Return a certificate of another authority (whose certificate is `issuer`, in PEM)."""
    begin = datetime.now(UTC) - DAY
    made = (
        x509.CertificateBuilder()
        .subject_name(name_of(common_name))
        .issuer_name(x509.load_pem_x509_certificate(issuer.encode()).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + 30 * DAY)
        .sign(issuer_key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def key_text(key: PrivateKey) -> str:
    """Return a private key in PEM, as TLS libraries read it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
