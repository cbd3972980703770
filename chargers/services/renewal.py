"""Renewing the certificates of charge points before they run out (security whitepaper, A02)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, Max, OuterRef, Q

from chargers.models import ChargePoint, Command
from chargers.services.commands import queue_command
from chargers.services.issuing import TRIGGER
from chargers.types import CertificateState, Registration

BEFORE: Final = timedelta(days=30)
AGAIN_AFTER: Final = timedelta(days=1)
REASON: Final = "the certificate runs out soon"


def renew_certificates(*, now: datetime) -> int:
    """Have connected charge points ask for a new certificate within the last 30 days of theirs, once a day.

    Only the newest that works counts. Returns how many were asked.
    """
    asked = Command.objects.filter(
        charge_point=OuterRef("pk"),
        action="ExtendedTriggerMessage",
        payload__requestedMessage=TRIGGER,
        created_at__gt=now - AGAIN_AFTER,
    )
    works = Q(certificates__revoked_at=None, certificates__state=CertificateState.ACCEPTED)
    points = (
        ChargePoint.objects.filter(state__connected=True, registration=Registration.ACCEPTED)
        .annotate(until=Max("certificates__not_after", filter=works))
        .filter(until__gt=now, until__lte=now + BEFORE)
        .exclude(Exists(asked))
    )
    for point in points:
        queue_command(
            charge_point=point,
            action="ExtendedTriggerMessage",
            payload={"requestedMessage": TRIGGER},
            now=now,
            reason=REASON,
        )
    return len(points)
