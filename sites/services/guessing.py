"""Slowing down the guessing of passwords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from evkit.core.texts import storable
from sites.models import LoginFailure

FREE_TRIES = 5
"""Failures of one user name before each next try has to wait."""

FREE_TRIES_PER_ADDRESS = 20
"""Failures from one address: a whole depot may share one."""

FIRST_DELAY_S = 2
LONGEST_DELAY_S = 900
FORGOTTEN_AFTER = timedelta(hours=1)
"""Quiet time after which a user name or address starts anew; longer than the longest delay."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A counted user name or address and how many failures it has free."""

    key: str
    free: int


def suspects(username: str, address: str) -> list[Suspect]:
    """Return what a try to log in is counted under, whether or not the user exists."""
    names = [Suspect(f"user:{storable(username, 150).lower()}", FREE_TRIES)]
    if address:
        names.append(Suspect(f"address:{address}", FREE_TRIES_PER_ADDRESS))
    return names


def wait_s(who: Sequence[Suspect], *, now: datetime) -> int:
    """Return how long the next try must wait, in whole seconds; 0 if it may go ahead."""
    free = {suspect.key: suspect.free for suspect in who}
    waits = [0]
    for row in LoginFailure.objects.filter(key__in=free, last_at__gt=now - FORGOTTEN_AFTER):
        excess = row.count - free[row.key]
        if excess >= 0:
            delay = min(FIRST_DELAY_S * 2 ** min(excess, 20), LONGEST_DELAY_S)
            remaining = row.last_at + timedelta(seconds=delay) - now
            waits.append(-(-remaining // timedelta(seconds=1)))
    return max(waits)


@transaction.atomic
def count_failure(who: Sequence[Suspect], *, now: datetime) -> None:
    """Count a failed try; forgets what was quiet for long."""
    LoginFailure.objects.filter(last_at__lte=now - FORGOTTEN_AFTER).delete()
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        for suspect in sorted(who, key=lambda suspect: suspect.key):
            cursor.execute(
                "INSERT INTO evsites_loginfailure AS known (key, count, last_at) VALUES (%s, 1, %s) "
                "ON CONFLICT (key) DO UPDATE SET count = known.count + 1, last_at = excluded.last_at",
                [suspect.key, at],
            )


def forgive(who: Sequence[Suspect]) -> None:
    """Forget the failures of a user name that logged in; those of its address stay."""
    LoginFailure.objects.filter(key=who[0].key).delete()
