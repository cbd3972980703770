"""The security profile of a charge point: how it connects, and when it may be raised (whitepaper A05)."""

from __future__ import annotations

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization

from chargers.simulator.security_log import note_event
from chargers.simulator.wire import LinkSecurity

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

PROFILE: Final = "SecurityProfile"
CENTRAL_ROOT: Final = "CentralSystemRootCertificate"
TRIES: Final = 3


def may_raise(cp: SimulatedChargePoint, value: str) -> bool:
    """Tell whether the profile may be raised to `value` now (A05.FR.01 to FR.04)."""
    if not value.isdecimal() or int(value) <= cp.configuration.number(PROFILE):
        return False
    profile = int(value)
    with_tls = bool(_roots(cp)) and bool(cp.spec.secure_url)
    return (
        (profile > 2 or cp.peer.password is not None)
        and (profile < 2 or with_tls)
        and (profile < 3 or bool(cp.certificates.chain))
    )


def security_of(cp: SimulatedChargePoint) -> LinkSecurity:
    """Return how the next connection is made."""
    profile = cp.configuration.number(PROFILE)
    if profile < 2:
        return LinkSecurity()
    return LinkSecurity(cp.spec.secure_url, _context(cp, shows_itself=profile == 3), basic=profile == 2)


def fall_back(cp: SimulatedChargePoint, failures: int) -> None:
    """Go back to the former profile after a few tries with the new one (A05.FR.08)."""
    former = cp.station.fallback_profile
    if former is not None and failures >= TRIES:
        cp.station.fallback_profile = None
        cp.configuration.set(PROFILE, str(former))
        note_event(cp, "ReconfigurationOfSecurityParameters", f"back to security profile {former}")


def _roots(cp: SimulatedChargePoint) -> str:
    roots = [root for use, root in cp.certificates.roots if use == CENTRAL_ROOT]
    return "".join(root.public_bytes(serialization.Encoding.PEM).decode() for root in roots)


def _context(cp: SimulatedChargePoint, *, shows_itself: bool) -> ssl.SSLContext:
    """Trust the installed roots only, TLS 1.2 at least (A00.FR.311, FR.312)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=_roots(cp))
    key = cp.certificates.key
    if shows_itself and key is not None:
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        with TemporaryDirectory() as folder:
            file = Path(folder) / "station.pem"
            file.write_text(text + cp.certificates.chain, encoding="utf-8")
            context.load_cert_chain(file)
    return context
