"""Security profiles of charge points: only ever raised (security whitepaper §2.2, A05)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chargers.models import ChargePoint, Command, InstalledCertificate, IssuedCertificate
from chargers.services.commands import queue_command
from chargers.types import CertificateState, CertificateUse
from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM, Actor, Deed, record

KEY: Final = "SecurityProfile"
HIGHEST: Final = 3
LOWERED: Final = gettext_noop(
    "The security profile of %(identity)s is %(present)s; it is never lowered from here. "
    "On the server, manage.py lower_security_profile does it."
)
NO_PROFILE: Final = gettext_noop("A security profile is a number from 0 to 3.")
NO_PASSWORD: Final = gettext_noop("The charge point needs a password first.")
NO_ROOT: Final = gettext_noop(
    "No root certificate of the central system is known in the charge point: install one first."
)
NO_CERTIFICATE: Final = gettext_noop("The charge point needs a certificate first.")


class ProfileLoweredError(InvalidInputError):
    """A security profile is not lowered (A00.FR.005)."""

    code = "security_profile_lowered"


class ProfileUnpreparedError(InvalidInputError):
    """Something is missing that the security profile needs (A05)."""

    code = "security_profile_unprepared"


def is_profile_key(key: object) -> bool:
    """Tell whether a configuration key is the security profile, however it is spelt."""
    return isinstance(key, str) and key.strip().lower() == KEY.lower()


def require_not_lowered(charge_point: ChargePoint, profile: int) -> None:
    """Check that a profile is not below that which the charge point has.

    Raises:
        ProfileLoweredError: it is.
    """
    present = (
        ChargePoint.objects.filter(pk=charge_point.pk).values_list("security_profile", flat=True).first()
    )
    if present is not None and profile < present:
        raise ProfileLoweredError(
            _(LOWERED) % {"identity": charge_point.identity, "present": present},
            field="security_profile",
        )


def require_prepared(charge_point: ChargePoint, profile: int, now: datetime) -> None:
    """Check what the profile needs, as the charge point will (A05.FR.02 to FR.04).

    Raises:
        ProfileUnpreparedError: with what is missing.
    """
    if profile in {1, 2} and not (charge_point.password_digest or charge_point.next_password_digest):
        raise ProfileUnpreparedError(_(NO_PASSWORD), field="value")
    if profile >= 2 and not _has_root(charge_point):
        raise ProfileUnpreparedError(_(NO_ROOT), field="value")
    if profile == HIGHEST and not _has_certificate(charge_point, now):
        raise ProfileUnpreparedError(_(NO_CERTIFICATE), field="value")


def check_change(charge_point: ChargePoint, value: object, now: datetime) -> int:
    """Return the profile that a ChangeConfiguration of `SecurityProfile` asks for.

    Raises:
        ProfileLoweredError: it is lower than the present one.
        ProfileUnpreparedError: it is no profile, or something is missing that it needs.
    """
    text = str(value).strip()
    if text not in {"0", "1", "2", "3"}:
        raise ProfileUnpreparedError(_(NO_PROFILE), field="value")
    require_not_lowered(charge_point, int(text))
    require_prepared(charge_point, int(text), now)
    return int(text)


def raise_profile(
    *, charge_point: ChargePoint, profile: int, now: datetime, actor: Actor = SYSTEM
) -> Command:
    """Ask a charge point to use a higher profile (A05); it counts once a link has shown it.

    Raises:
        ProfileLoweredError: it is lower than the present one.
        ProfileUnpreparedError: something is missing that it needs.
    """
    check_change(charge_point, profile, now)
    payload = {"key": KEY, "value": str(profile)}
    return queue_command(
        charge_point=charge_point, action="ChangeConfiguration", payload=payload, now=now, actor=actor
    )


def await_profile(charge_point: ChargePoint, profile: int) -> None:
    """Note that the charge point was told to use `profile` from its next connection on."""
    rows = ChargePoint.objects.filter(pk=charge_point.pk, security_profile__lt=profile)
    rows.update(next_security_profile=profile)


def promote_profile(charge_point_id: int, profile: int) -> None:
    """Let nothing below `profile` in any more: a link has shown it (A05.FR.09)."""
    rows = ChargePoint.objects.filter(pk=charge_point_id, security_profile__lt=profile)
    identity = rows.values_list("identity", "site_id").first()
    if identity is None or not rows.update(security_profile=profile, next_security_profile=0):
        return
    record(
        Deed(
            actor=SYSTEM,
            verb="raise_security_profile",
            object_type="charge_point",
            object_key=identity[0],
            site_id=identity[1],
            details={"security_profile": profile},
        )
    )


@transaction.atomic
def lower_profile(*, charge_point: ChargePoint, profile: int, actor: Actor) -> None:
    """Lower the profile: only from the server itself, for a charge point that was reset or replaced."""
    present = charge_point.security_profile
    rows = ChargePoint.objects.filter(pk=charge_point.pk)
    rows.update(security_profile=profile, next_security_profile=0)
    record(
        Deed(
            actor=actor,
            verb="lower_security_profile",
            object_type="charge_point",
            object_key=charge_point.identity,
            site_id=charge_point.site_id,
            details={"from": present, "to": profile},
        )
    )


def _has_root(charge_point: ChargePoint) -> bool:
    rows = InstalledCertificate.objects.filter(charge_point=charge_point, use=CertificateUse.CENTRAL_SYSTEM)
    return rows.filter(doubtful=False).exists()


def _has_certificate(charge_point: ChargePoint, now: datetime) -> bool:
    rows = IssuedCertificate.objects.filter(charge_point=charge_point, revoked_at=None, not_after__gt=now)
    return rows.filter(state=CertificateState.ACCEPTED).exists()
