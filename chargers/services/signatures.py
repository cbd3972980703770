"""Signatures of firmware, as its maker gives them (security whitepaper, L01)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError

MAX_CERTIFICATE = 5500
MAX_SIGNATURE = 800


def require_signature(certificate: str, signature: str) -> None:
    """Check that a certificate and a signature can be sent to a charge point.

    Raises:
        InvalidInputError: only one is given, or one cannot be read; `field` names it.
    """
    if not certificate and not signature:
        return
    if not certificate or not signature:
        missing = "signature" if certificate else "signing_certificate"
        raise InvalidInputError(_("Give the signature together with its certificate."), field=missing)
    read_certificate(certificate)
    _decoded(signature)


def require_signed_by(chunks: Iterable[bytes], certificate: str, signature: str) -> None:
    """Check the signature of a file: RSA-PSS over SHA-256 (L01.FR.04).

    The whitepaper's other algorithm, ECSchnorr, is left to the charge point to check.

    Raises:
        InvalidInputError: the file was not signed with the key of this certificate.
    """
    key = read_certificate(certificate).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return
    hashed = Hash(SHA256())
    for chunk in chunks:
        hashed.update(chunk)
    pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
    try:
        key.verify(_decoded(signature), hashed.finalize(), pss, utils.Prehashed(SHA256()))
    except InvalidSignature as error:
        raise InvalidInputError(
            _("The file was not signed with the key of this certificate."), field="signature"
        ) from error


def require_valid_now(certificate: str, now: datetime) -> None:
    """Check the period of a signing certificate before a charge point has to (A00.FR.706).

    Raises:
        InvalidInputError: it has expired, or is not valid yet.
    """
    read = read_certificate(certificate)
    if not read.not_valid_before_utc <= now <= read.not_valid_after_utc:
        raise InvalidInputError(
            _("The certificate that this firmware was signed with is not valid now."), field="firmware"
        )


def read_certificate(text: str, *, field: str = "signing_certificate") -> x509.Certificate:
    """Return the certificate in PEM; `field` is what is to blame.

    Raises:
        InvalidInputError: it is too long, or none.
    """
    try:
        return x509.load_pem_x509_certificate(text.encode() if len(text) <= MAX_CERTIFICATE else b"")
    except ValueError as error:
        raise InvalidInputError(
            _("This is not an X.509 certificate in PEM of at most %(max)d characters.")
            % {"max": MAX_CERTIFICATE},
            field=field,
        ) from error


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature if len(signature) <= MAX_SIGNATURE else "!", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(
            _("The signature must be base64 of at most %(max)d characters.") % {"max": MAX_SIGNATURE},
            field="signature",
        ) from error
