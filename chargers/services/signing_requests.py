"""Certificate signing requests of charge points: what is checked before anything is signed. Pure.

Security whitepaper §2.6.1 (keys, subject), A02.FR.03 and A02.FR.13 (CSR in PEM, organisation).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from chargers.services.authority import PublicKey

MAX_CSR: Final = 5500
MIN_RSA_BITS: Final = 2048
CURVES: Final = (
    ec.SECP256R1,
    ec.SECP384R1,
    ec.SECP521R1,
    ec.BrainpoolP256R1,
    ec.BrainpoolP384R1,
    ec.BrainpoolP512R1,
)
WEAK_HASHES: Final = frozenset({"md5", "sha1"})


class UnusableRequestError(Exception):
    """A request that is not signed; the text is the cause, in English, for the record."""


@dataclass(frozen=True, slots=True)
class SigningWish:
    """What a request asks for, checked."""

    common_name: str
    organisation: str
    key: PublicKey


def read_request(text: str, *, names: Collection[str], organisation: str) -> SigningWish:
    """Check a request in PEM.

    Args:
        text: the request.
        names: the common names that the charge point may have.
        organisation: the one that it must name, "" for any.

    Raises:
        UnusableRequestError: with the cause.
    """
    request = _parsed(text)
    key = _usable_key(request)
    common_name = _one(request.subject, NameOID.COMMON_NAME)
    if common_name not in names:
        raise UnusableRequestError("the common name is not that of the charge point")
    named = _one(request.subject, NameOID.ORGANIZATION_NAME)
    if organisation and named != organisation:
        raise UnusableRequestError("the organisation is another one")
    return SigningWish(common_name, named, key)


def _parsed(text: str) -> x509.CertificateSigningRequest:
    if len(text) > MAX_CSR:
        raise UnusableRequestError("the request is too long")
    try:
        request = x509.load_pem_x509_csr(text.encode())
        hashed = request.signature_hash_algorithm
        genuine = request.is_signature_valid
    except Exception as error:
        raise UnusableRequestError("not a certificate signing request in PEM") from error
    if hashed is None or hashed.name in WEAK_HASHES:
        raise UnusableRequestError("the request is signed with a weak hash")
    if not genuine:
        raise UnusableRequestError("the request is not signed with its own key")
    return request


def _usable_key(request: x509.CertificateSigningRequest) -> PublicKey:
    key = request.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, CURVES):
        return key
    raise UnusableRequestError("the key is too weak, or of a kind that is not allowed")


def _one(subject: x509.Name, name: x509.ObjectIdentifier) -> str:
    """Return the only value of a part of the subject, "" if there is none or several."""
    found = subject.get_attributes_for_oid(name)
    return str(found[0].value) if len(found) == 1 else ""
