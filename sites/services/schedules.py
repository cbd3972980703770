"""Changing the groups of a site, their weeks and their exceptions (R20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.events import SiteChanged
from sites.exceptions import MOST_EXCEPTIONS, OtherHours, check_days
from sites.models import Schedule, ScheduleException, ScheduleGroup, Site
from sites.types import AtEnd, HolidayRule

NUMBERS: Final = range(10)
"""A site has ten groups."""


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What somebody decides about a group; `ranges` count only without a shared schedule.

    `distribution` is a `Distribution`, or "" for that of the site.
    """

    name: str
    ranges: Sequence[Mapping[str, Any]]
    schedule: Schedule | None = None
    on_holidays: HolidayRule = HolidayRule.USUAL
    at_end: AtEnd = AtEnd.PAUSE
    distribution: str = ""


class UnableToScheduleError(InvalidInputError):
    """The schedule cannot be kept like this."""

    code = "unable_to_schedule"


@transaction.atomic
def save_group(*, site: Site, number: int, settings: GroupSettings, actor: Actor) -> ScheduleGroup:
    """Make or change one of the ten groups of a site; nothing is written when nothing changes.

    Raises:
        UnableToScheduleError: there is no group of that number.
    """
    if number not in NUMBERS:
        raise UnableToScheduleError(_("A site has the groups 0 to 9."), field="number")
    wanted = {
        "name": settings.name,
        "ranges": [] if settings.schedule else list(settings.ranges),
        "schedule": settings.schedule,
        "on_holidays": settings.on_holidays,
        "at_end": settings.at_end,
        "distribution": str(settings.distribution),
    }
    row, created = ScheduleGroup.objects.select_for_update().get_or_create(
        site=site, number=number, defaults=wanted
    )
    changes = {} if created else _differences(row, wanted)
    if changes:
        for field, value in wanted.items():
            setattr(row, field, value)
        row.save(update_fields=list(changes))
    if created or changes:
        _tell(row, "create" if created else "change", changes, actor)
    return row


@transaction.atomic
def delete_group(*, group: ScheduleGroup, actor: Actor) -> None:
    """Delete a group; a connector that was only in this one is always usable then."""
    _tell(group, "delete", {}, actor)
    group.delete()


@transaction.atomic
def add_exception(*, group: ScheduleGroup, wanted: OtherHours, actor: Actor) -> ScheduleException:
    """Let a group follow other hours on certain days.

    Raises:
        UnableToScheduleError: the days are the wrong way round or too many, or there are too many exceptions.
    """
    try:
        check_days(wanted.first, wanted.last)
    except ValidationError as error:
        raise UnableToScheduleError(error.messages[0], field="last_day") from error
    if group.exceptions.count() >= MOST_EXCEPTIONS:
        raise UnableToScheduleError(_("This group has too many exceptions. Delete those that are past."))
    row = _exception(group, wanted)
    row.save()
    _tell(group, "change", {"exception": [None, _told(row)]}, actor)
    return row


@transaction.atomic
def set_exceptions(*, group: ScheduleGroup, exceptions: Sequence[OtherHours], actor: Actor) -> None:
    """Let a group have exactly these exceptions, which `sites.exceptions` has checked."""
    before, after = replace_exceptions(group, exceptions)
    if before != after:
        pair = [[each.plain() for each in rows] for rows in (before, after)]
        _tell(group, "change", {"exceptions": pair}, actor)


def replace_exceptions(
    group: ScheduleGroup, exceptions: Sequence[OtherHours]
) -> tuple[list[OtherHours], list[OtherHours]]:
    """Write the exceptions of a group and return what they were and are; without an entry in the journal."""
    before = [each.other_hours for each in group.exceptions.select_for_update()]
    wanted = sorted(exceptions, key=lambda each: each.first)
    if before != wanted:
        group.exceptions.all().delete()
        ScheduleException.objects.bulk_create(_exception(group, each) for each in wanted)
    return before, wanted


@transaction.atomic
def delete_exception(*, exception: ScheduleException, actor: Actor) -> None:
    """Let a group follow its week again on the days of an exception."""
    _tell(exception.group, "change", {"exception": [_told(exception), None]}, actor)
    exception.delete()


def _exception(group: ScheduleGroup, wanted: OtherHours) -> ScheduleException:
    return ScheduleException(
        group=group, first_day=wanted.first, last_day=wanted.last,
        spans=[list(span) for span in wanted.spans], note=wanted.note,
    )  # fmt: skip


def _differences(row: ScheduleGroup, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    pairs = {field: [getattr(row, field), new] for field, new in wanted.items()}
    changed = {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}
    if "schedule" in changed:
        changed["schedule"] = [str(value or "") for value in changed["schedule"]]
    return changed


def _told(row: ScheduleException) -> dict[str, Any]:
    days = f"{row.first_day}/{row.last_day}"
    return {"days": days, "spans": row.spans, "note": row.note}


def _tell(group: ScheduleGroup, verb: str, changes: Mapping[str, object], actor: Actor) -> None:
    key = f"{group.site.code}/{group.number}"
    record(Deed(actor, verb, "schedule_group", key, group.site_id, changes))
    publish_after_commit(SiteChanged(group.site_id))
