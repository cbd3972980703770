"""Reads how secure the link of a charge point is, and what it could be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chargers.models import ChargePoint, ConfigurationKey, Connection

KEY = "securityprofile"
ORGANISATION = "cponame"


@dataclass(frozen=True, slots=True)
class SecurityLink:
    """What is asked of a charge point, and what its present connection is worth.

    `connection` is None while it is offline; `reported` is its own SecurityProfile, "" where it told none.
    `awaited` is the profile that it was told to use, 0 for none.
    """

    required: str
    awaited: int
    reported: str
    organisation: str
    has_password: bool
    password_changes: bool
    connection: Connection | None
    certificate_until: datetime | None

    @property
    def below(self) -> bool:
        """Whether the present connection is worth less than the charge point's own profile says."""
        return (
            self.connection is not None
            and self.reported.isdecimal()
            and int(self.reported) > self.connection.security_level
        )


def security_link(row: ChargePoint) -> SecurityLink:
    """Return the security of a charge point's link."""
    found = Connection.objects.filter(charge_point=row, closed_at=None).select_related("certificate")
    connection = found.order_by("-opened_at").first()
    keys = ConfigurationKey.objects.filter(charge_point=row, known=True)
    told = {key.lower(): value or "" for key, value in keys.values_list("key", "value")}
    certificate = connection.certificate if connection else None
    return SecurityLink(
        required=row.get_security_profile_display(),
        awaited=row.next_security_profile,
        reported=told.get(KEY, ""),
        organisation=told.get(ORGANISATION, ""),
        has_password=bool(row.password_digest),
        password_changes=bool(row.next_password_digest),
        connection=connection,
        certificate_until=certificate.not_after if certificate else None,
    )
