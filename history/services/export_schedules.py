"""Regular exports: kept, due, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError
from evkit.core.recorders import Actor, Deed, record
from history.models import ExportSchedule
from history.types import FileKind, Rhythm
from sites.models import Site, User

HOUR: Final = time(5)
"""When regular files are made, by the clock of their site: the day before is over everywhere then."""
MOST: Final = 20
AGAIN_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360))
"""How long after each failure a file is tried again; then the next regular one takes its place."""
MADE_UP_FOR: Final = timedelta(days=31)
"""Files that should have come while evkit did not run are made up for, but none from longer ago."""
LEASE: Final = timedelta(hours=1)
"""How long a claimed file may take; one that is not told of by then was broken off."""


class ScheduleRefusedError(InvalidInputError):
    """The regular export cannot be kept."""

    code = "export_schedule_refused"


def period_before(rhythm: str, day: date) -> tuple[date, date]:
    """Return the first and the last day of the day, week or month that was over on `day`."""
    if rhythm == Rhythm.MONTHLY:
        last = day.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    if rhythm == Rhythm.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return monday - timedelta(days=7), monday - timedelta(days=1)
    return day - timedelta(days=1), day - timedelta(days=1)


def next_due(rhythm: str, now: datetime, zone: tzinfo) -> datetime:
    """Return when the next file is made: the next day, Monday or first of a month at `HOUR`."""
    day = now.astimezone(zone).date()
    if rhythm == Rhythm.MONTHLY:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    elif rhythm == Rhythm.WEEKLY:
        following = day + timedelta(days=7 - day.weekday())
    else:
        following = day + timedelta(days=1)
    return datetime.combine(following, HOUR, zone)


@transaction.atomic
def schedule_export(
    *, user: User, actor: Actor, table: str, kind: str, rhythm: str, site: Site | None, language: str,
    now: datetime, zone: tzinfo,
) -> ExportSchedule:  # fmt: skip
    """Keep a regular export; the same one is kept once.

    Raises:
        ScheduleRefusedError: kind or rhythm are unknown, there is no mail address, or too many are kept.
    """
    if kind not in FileKind.values or rhythm not in Rhythm.values:
        raise ScheduleRefusedError(_("Choose a kind of file and how often it is to come."))
    if not user.email:
        raise ScheduleRefusedError(_("You have no mail address yet. Ask an administrator to enter it."))
    if ExportSchedule.objects.filter(user=user).count() >= MOST:
        raise ScheduleRefusedError(_("You have %(number)d regular exports already.") % {"number": MOST})
    row, new = ExportSchedule.objects.get_or_create(
        user=user, table=table, kind=kind, rhythm=rhythm, site=site,
        defaults={"language": language, "due_at": next_due(rhythm, now, zone)},
    )  # fmt: skip
    if new:
        record(Deed(actor, "create", "export_schedule", str(row), row.site_id, {"kind": kind}))
    return row


@transaction.atomic
def remove_schedule(*, user: User, actor: Actor, number: int) -> bool:
    """End a regular export of somebody; False if there is none of theirs."""
    row = ExportSchedule.objects.filter(user=user, pk=number).first()
    if row is None:
        return False
    record(Deed(actor, "remove", "export_schedule", str(row), row.site_id))
    row.delete()
    return True


def due_schedules(now: datetime) -> Sequence[ExportSchedule]:
    """Return the regular exports whose time has come."""
    return list(ExportSchedule.objects.filter(due_at__lte=now).select_related("user", "site"))


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one file of a regular export, until `until`, which is its `due_at` in the database.

    `owed_since` is when the file should have come, `next_at` when the one after it should; `tries` is how
    often it failed before.
    """

    row: ExportSchedule
    owed_since: datetime
    next_at: datetime
    until: datetime
    tries: int

    @property
    def mine(self) -> QuerySet[ExportSchedule]:
        """The regular export, unless somebody else has claimed it since."""
        return ExportSchedule.objects.filter(pk=self.row.pk, due_at=self.until)


def claim_schedule(row: ExportSchedule, *, now: datetime, zone: tzinfo) -> Claim | None:
    """Take a due export to work on; None if somebody else has it already, or if it is given up.

    A file whose worker was stopped is owed still when the claim ends, which counts as a try; but if it was
    being mailed then, it is not mailed again. Files that were missed are owed one after the other.
    """
    owed = max(row.owed_since or row.due_at, now - MADE_UP_FOR)
    claim = Claim(row, owed, next_due(row.rhythm, owed, zone), now + LEASE, row.tries)
    found = ExportSchedule.objects.filter(pk=row.pk, due_at=row.due_at)
    if row.mailing or row.tries > len(AGAIN_AFTER):
        found.update(**_over(claim), failure=_("evkit was stopped while it was made or mailed."))
        return None
    taken = found.update(due_at=claim.until, tries=row.tries + 1, owed_since=owed)
    return claim if taken else None


def begin_mailing(claim: Claim) -> bool:
    """Keep that a file is mailed from now on; False if the claim has passed to somebody else."""
    return bool(claim.mine.update(mailing=True))


def note_sent(claim: Claim, *, now: datetime) -> None:
    """Keep that a file went out."""
    claim.mine.update(**_over(claim), failure="", sent_at=now)


def note_failure(claim: Claim, *, now: datetime, failure: str) -> None:
    """Keep why a claimed file did not go out; it is tried again later, but not for ever."""
    changes = _over(claim)
    if claim.tries < len(AGAIN_AFTER):
        changes = {"due_at": now + AGAIN_AFTER[claim.tries], "mailing": False}
    claim.mine.update(**changes, failure=failure[:255])


def _over(claim: Claim) -> dict[str, Any]:
    return {"due_at": claim.next_at, "tries": 0, "owed_since": None, "mailing": False}
