"""Charge points that knocked and belong to no site yet: whoever sets one up looks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chargers.models import ChargePoint, ConnectionFailure
from chargers.types import UNKNOWN, Registration

RECENT: Final = timedelta(hours=24)
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for an administrator, and where it leads."""

    text: str
    href: str
    action: str


def strangers(now: datetime) -> list[Notice]:
    """Return what waits to be accepted, and what was refused as unknown within a day; two queries."""
    waiting = ChargePoint.objects.filter(registration=Registration.PENDING).order_by("-pk")
    refused = ConnectionFailure.objects.filter(reason=UNKNOWN, last_at__gt=now - RECENT)
    unknown = refused.exclude(identity__in=ChargePoint.objects.values("identity")).order_by("-last_at")
    names = list(dict.fromkeys(unknown.values_list("identity", flat=True)))
    return [*_waiting(list(waiting.values_list("identity", flat=True))), *_refused(names)]


def _waiting(names: Sequence[str]) -> list[Notice]:
    if not names:
        return []
    text = ngettext(
        "%(count)d charge point that nobody declared waits to be accepted: %(names)s",
        "%(count)d charge points that nobody declared wait to be accepted: %(names)s",
        len(names),
    )
    href = f"{reverse('admin:chargers_chargepoint_changelist')}?registration__exact={Registration.PENDING}"
    return [Notice(text % _count_and_names(names), href, _("Decide"))]


def _refused(names: Sequence[str]) -> list[Notice]:
    if not names:
        return []
    text = ngettext(
        "%(count)d charge point was refused in the last 24 hours, as it is not declared: %(names)s",
        "%(count)d charge points were refused in the last 24 hours, as they are not declared: %(names)s",
        len(names),
    )
    href = f"{reverse('admin:chargers_connectionfailure_changelist')}?o=-6"
    return [Notice(text % _count_and_names(names), href, _("Show"))]


def _count_and_names(names: Sequence[str]) -> dict[str, object]:
    more = ["…"] if len(names) > NAMED else []
    return {"count": len(names), "names": ", ".join([*names[:NAMED], *more])}
