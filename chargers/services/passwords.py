"""Passwords of charge points: random machine secrets, kept as a keyed digest.

HMAC-SHA256 with a key derived from the server's: a slow password hash would cost minutes of processor
time when thousands of charge points reconnect at once, and protects nothing that a random secret needs.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from chargers.models import ChargePoint
from chargers.services.secrets import derived_key
from evkit.core.errors import InvalidInputError
from evkit.core.recorders import Actor, Deed, record

RAW_BYTES = 20
MIN_LENGTH = 8
MAX_LENGTH = 255


class UnusablePasswordError(InvalidInputError):
    """The password cannot be used with HTTP Basic authentication."""

    code = "unusable_password"


def password_digest(identity: str, password: bytes) -> str:
    """Return the digest to store: 64 hexadecimal digits."""
    name = identity.encode()
    message = len(name).to_bytes(4, "big") + name + password
    return hmac.new(derived_key("charge-point-password"), message, hashlib.sha256).hexdigest()


class HasPassword(Protocol):
    """An identity with the digest of its password."""

    @property
    def identity(self) -> str:
        """The name that the charge point presents."""

    @property
    def password_digest(self) -> str:
        """The digest, "" if it has no password."""


class HasNextPassword(HasPassword, Protocol):
    """An identity whose password may be about to change."""

    @property
    def next_password_digest(self) -> str:
        """The digest of the password that takes over once it has worked, "" if there is none."""


def password_matches(facts: HasPassword, password: bytes | None) -> bool:
    """Tell, in constant time, whether `password` is the charge point's; never if it has none.

    A password of 40 hexadecimal digits may also arrive as the 20 raw bytes that they stand for
    (OCPP-J 1.6 §6.2.2), and the other way round, in either case.
    """
    return _matches(facts.identity, facts.password_digest, password)


def next_password_matches(facts: HasNextPassword, password: bytes | None) -> bool:
    """Tell, in constant time, whether `password` is the one that is to take over."""
    return _matches(facts.identity, facts.next_password_digest, password)


def offer_password(charge_point: ChargePoint, password: str) -> None:
    """Let `password` in beside the present one: the charge point was told to use it.

    It replaces the present one when it first works (`promote_password`). Until then both are valid,
    because only the next connection tells which one the charge point really uses.
    """
    digest = password_digest(charge_point.identity, _one_spelling(password).encode())
    ChargePoint.objects.filter(pk=charge_point.pk).update(next_password_digest=digest)
    charge_point.next_password_digest = digest


def promote_password(charge_point_id: int, digest: str) -> bool:
    """Drop the old password: the one of this digest has worked; False if it was superseded meanwhile."""
    waiting = ChargePoint.objects.filter(pk=charge_point_id, next_password_digest=digest)
    return waiting.update(password_digest=digest, next_password_digest="") > 0


@transaction.atomic
def set_password(*, charge_point: ChargePoint, password: str, actor: Actor) -> None:
    """Set the password that a charge point must present; "" removes it.

    Raises:
        UnusablePasswordError: too short, too long or not printable.
    """
    store_password(charge_point, password)
    record(
        Deed(
            actor=actor,
            verb="set_password" if password else "remove_password",
            object_type="charge_point",
            object_key=charge_point.identity,
            site_id=charge_point.site_id,
        )
    )


def store_password(charge_point: ChargePoint, password: str) -> None:
    """Store the digest of `password`, without an entry in the journal; one that was offered is dropped."""
    require_usable(password)
    digest = password_digest(charge_point.identity, _one_spelling(password).encode()) if password else ""
    ChargePoint.objects.filter(pk=charge_point.pk).update(password_digest=digest, next_password_digest="")
    charge_point.password_digest, charge_point.next_password_digest = digest, ""


def require_usable(password: str) -> None:
    """Raise UnusablePasswordError if `password` cannot be used; "" can."""
    if password and not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise UnusablePasswordError(
            _(
                "The password must have %(min)d to %(max)d characters. "
                "Best are 20 random bytes as 40 hexadecimal digits."
            )
            % {"min": MIN_LENGTH, "max": MAX_LENGTH},
            field="password",
        )
    if not password.isprintable():
        raise UnusablePasswordError(
            _("The password holds characters that cannot be typed."), field="password"
        )


def generate_key() -> str:
    """Return a new key: 20 random bytes as 40 hexadecimal digits (security whitepaper, A00.FR.205)."""
    return secrets.token_hex(RAW_BYTES)


def _matches(identity: str, digest: str, password: bytes | None) -> bool:
    if not digest or password is None:
        return False
    digests = [password_digest(identity, form) for form in _forms(password)]
    return sum(hmac.compare_digest(each, digest) for each in digests) > 0


def _one_spelling(password: str) -> str:
    """Return `password`, in lower case if it is a key in hexadecimal digits."""
    return password.lower() if len(password) == 2 * RAW_BYTES and _is_hex(password.encode()) else password


def _forms(password: bytes) -> list[bytes]:
    """Return the spellings under which the same secret may have been stored."""
    forms = [password]
    if len(password) == RAW_BYTES:
        forms += [password.hex().encode(), password.hex().upper().encode()]
    elif len(password) == 2 * RAW_BYTES and _is_hex(password):
        forms += [password.lower(), password.upper()]
    return forms


def _is_hex(password: bytes) -> bool:
    return all(byte in b"0123456789abcdefABCDEF" for byte in password)
