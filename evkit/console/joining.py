"""What to enter into a charge point that has never connected."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest

from chargers.models import ChargePoint
from evkit.console.public import public_url

PASSWORD_PROFILES = (1, 2)


@dataclass(frozen=True, slots=True)
class Joining:
    """The address with its identity, and what the charge point logs in with.

    `has_password` and `needs_password` tell whether one was set and whether its security profile asks for
    one; `needs_tls` that the profile asks for wss:// and the address is none.
    """

    address: str
    identity: str
    has_password: bool
    needs_password: bool
    needs_tls: bool


def ocpp_url(request: HttpRequest) -> str:
    """Return the address that comes before the identity of a charge point ("wss://HOST/ocpp/")."""
    return f"{public_url(request).replace('http', 'ws', 1)}/ocpp/"


def joining_of(request: HttpRequest, row: ChargePoint) -> Joining:
    """Return how a charge point connects."""
    address = ocpp_url(request) + quote(row.identity, safe="")
    has_password = bool(row.password_digest)
    return Joining(
        address=address,
        identity=row.identity,
        has_password=has_password,
        needs_password=row.security_profile in PASSWORD_PROFILES and not has_password,
        needs_tls=row.security_profile > 1 and not address.startswith("wss:"),
    )
