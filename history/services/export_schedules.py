"""Regular exports: kept, due, done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from django.db import transaction
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
"""How long after each failure a file is tried again; the next regular one takes its place."""
LEASE: Final = timedelta(hours=1)
"""How long a claimed file may take; one that is not told of by then was broken off, and is made again."""


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


def claim_schedule(row: ExportSchedule, *, now: datetime, zone: tzinfo) -> bool:
    """Take a due export to work on; False if somebody else has it already.

    `row` then has the time of the next regular file. The database has that of the end of the lease, so that
    a file whose worker was stopped is owed still; it counts as a try.
    """
    mine = ExportSchedule.objects.filter(pk=row.pk, due_at=row.due_at)
    row.due_at, row.owed_since = next_due(row.rhythm, now, zone), row.owed_since or now
    if row.tries >= len(AGAIN_AFTER) or now + LEASE >= row.due_at:
        return bool(mine.update(due_at=row.due_at, tries=0, owed_since=None))
    return bool(mine.update(due_at=now + LEASE, tries=row.tries + 1, owed_since=row.owed_since))


def note_sent(row: ExportSchedule, *, now: datetime) -> None:
    """Keep that a file went out."""
    mine = ExportSchedule.objects.filter(pk=row.pk)
    mine.update(failure="", sent_at=now, tries=0, owed_since=None, due_at=row.due_at)


def note_failure(row: ExportSchedule, *, now: datetime, failure: str) -> None:
    """Keep why a claimed file did not go out; it is tried again later, unless the next is due before."""
    again = now + AGAIN_AFTER[row.tries] if row.tries < len(AGAIN_AFTER) else row.due_at
    changes: dict[str, object] = {
        "failure": failure[:255], "tries": 0, "owed_since": None, "due_at": row.due_at,
    }  # fmt: skip
    if again < row.due_at:
        changes |= {"due_at": again, "tries": row.tries + 1, "owed_since": row.owed_since or now}
    ExportSchedule.objects.filter(pk=row.pk).update(**changes)
