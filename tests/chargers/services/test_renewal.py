"""Certificates of charge points are renewed before they run out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePoint, ChargePointState, Command, IssuedCertificate
from chargers.services.issuing import TRIGGER
from chargers.services.renewal import renew_certificates
from tests.chargers.exchange import NOW
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


def certified(days_left: float, *, state: str = "accepted", point: ChargePoint | None = None) -> ChargePoint:
    """A connected charge point with a certificate that is good for so many days."""
    point = point or ChargePointFactory()
    ChargePointState.objects.filter(pk=point.pk).update(connected=True)
    number = IssuedCertificate.objects.count()
    IssuedCertificate.objects.create(
        charge_point=point,
        serial_number=f"{number}",
        fingerprint=f"{number}",
        common_name=point.identity,
        state=state,
        issued_at=NOW,
        not_before=NOW - timedelta(days=700),
        not_after=NOW + timedelta(days=days_left),
    )
    return point


def asked() -> list[str]:
    commands = Command.objects.filter(
        action="ExtendedTriggerMessage", payload={"requestedMessage": TRIGGER}
    ).order_by("pk")
    return [command.charge_point.identity for command in commands]


def test_who_has_30_days_left_is_asked_once_a_day() -> None:
    point = certified(30)
    assert renew_certificates(now=NOW) == 1
    assert renew_certificates(now=NOW + timedelta(hours=23)) == 0
    assert renew_certificates(now=NOW + timedelta(hours=24)) == 1
    assert asked() == [point.identity] * 2


@pytest.mark.parametrize(("days_left", "state"), [(31, "accepted"), (-1, "accepted"), (5, "refused")])
def test_who_needs_none_is_left_alone(days_left: float, state: str) -> None:
    certified(days_left, state=state)
    assert renew_certificates(now=NOW) == 0


def test_a_newer_certificate_is_enough_unless_it_is_revoked() -> None:
    point = certified(3)
    certified(600, point=point)
    assert renew_certificates(now=NOW) == 0
    newest = IssuedCertificate.objects.latest("pk")
    IssuedCertificate.objects.filter(pk=newest.pk).update(revoked_at=NOW)
    assert renew_certificates(now=NOW) == 1


def test_who_is_away_or_rejected_is_asked_nothing() -> None:
    away, rejected = certified(3), certified(3)
    ChargePointState.objects.filter(pk=away.pk).update(connected=False)
    ChargePoint.objects.filter(pk=rejected.pk).update(registration="rejected")
    assert renew_certificates(now=NOW) == 0
    assert asked() == []
