"""`sites/{code}/groups`: the ten groups of connectors with their schedules of activation (R20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from chargers.models import Evse
from chargers.services.groups import set_members
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_site
from evkit.console.api.types import (
    AsAbove,
    ExceptionShape,
    Moment,
    Page,
    Strict,
    WeeklyRange,
    given_exceptions,
    refuse_null,
)
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError, NotFoundError
from sites.calendar import standing
from sites.models import Schedule, ScheduleGroup, Site
from sites.permissions import Right
from sites.ranges import check_ranges
from sites.schedules import around, calendar_of, with_calendars
from sites.services.schedules import NUMBERS, GroupSettings, delete_group, save_group, set_exceptions
from sites.types import AtEnd, Distribution, HolidayRule

router = Router(tags=["schedules"])
PATH = "sites/{code}/groups/{int:number}"


class Place(Strict):
    """A connector of a charge point."""

    charge_point: str
    connector: int


class GroupOut(Schema):
    """A group: its own `ranges`, or a shared `schedule`, and how it stands now.

    `changes_at` is null where that does not change within eight days.
    """

    number: int
    name: str
    ranges: list[WeeklyRange]
    schedule: str | None
    on_holidays: HolidayRule
    at_end: AtEnd
    distribution: str
    exceptions: list[ExceptionShape]
    connectors: list[Place]
    active: bool
    changes_at: Moment | None


class GroupIn(Strict):
    """What is to be; an absent key leaves things as they are, `exceptions` and `connectors` replace all.

    A `schedule` takes the place of own `ranges`, and the reverse.
    """

    name: str | None = Field(None, max_length=120)
    ranges: list[WeeklyRange] | None = None
    schedule: str | None = None
    on_holidays: HolidayRule | None = None
    at_end: AtEnd | None = None
    distribution: Distribution | AsAbove | None = None
    exceptions: list[ExceptionShape] | None = None
    connectors: list[Place] | None = None


@router.get("sites/{code}/groups", response=Page[GroupOut], summary="The groups of a site")
def list_groups(request: ApiRequest, code: str) -> Page[GroupOut]:
    """Return the groups of a site by number; ten at most."""
    rows = _rows(get_site(request.auth, code)).order_by("number")
    return Page[GroupOut](items=[_out(row) for row in rows], next_cursor=None)


@router.get(PATH, response=GroupOut, summary="One group")
def read_group(request: ApiRequest, code: str, number: int) -> GroupOut:
    """Return a group."""
    return _out(_find(get_site(request.auth, code), number))


@router.put(PATH, response=GroupOut, summary="Make or change a group")
def put_group(request: ApiRequest, code: str, number: int, wanted: GroupIn) -> GroupOut:
    """Make or change a group; administrators only."""
    site = get_site(request.auth, code)
    request.auth.require(Right.CONFIGURE, site.pk)
    actor = request.auth.actor
    with transaction.atomic():
        present = ScheduleGroup.objects.filter(site=site, number=number).select_related("schedule").first()
        settings = _settings(wanted, present or ScheduleGroup(site=site, number=number))
        group = save_group(site=site, number=number, settings=settings, actor=actor)
        if wanted.exceptions is not None:
            set_exceptions(group=group, exceptions=given_exceptions(wanted.exceptions), actor=actor)
        if wanted.connectors is not None:
            set_members(group=group, evse_ids=_evse_ids(site, wanted.connectors), actor=actor)
    return _out(_find(site, number))


@router.delete(PATH, response={204: None}, summary="Delete a group")
def delete_one(request: ApiRequest, code: str, number: int) -> Status[None]:
    """Delete a group; administrators only. A connector that was only in this one is always usable then."""
    site = get_site(request.auth, code)
    request.auth.require(Right.CONFIGURE, site.pk)
    delete_group(group=_find(site, number), actor=request.auth.actor)
    return Status(204, None)


def _rows(site: Site) -> QuerySet[ScheduleGroup]:
    """Return the groups of a site with all that is shown, in four queries."""
    return with_calendars(ScheduleGroup.objects.filter(site=site)).prefetch_related("evses__charge_point")


def _find(site: Site, number: int) -> ScheduleGroup:
    found = _rows(site).filter(number=number).first() if number in NUMBERS else None
    if found is None:
        raise NotFoundError(_("This site has no such group."))
    return found


def _settings(wanted: GroupIn, present: ScheduleGroup) -> GroupSettings:
    given = wanted.model_fields_set
    refuse_null(wanted, allowed=["schedule"])
    if wanted.schedule is not None and wanted.ranges:
        message = _("Either choose a shared schedule or give ranges, not both.")
        raise InvalidInputError(message, field="schedule")
    keeps = "schedule" not in given and wanted.ranges is None
    return GroupSettings(
        name=present.name if wanted.name is None else wanted.name,
        ranges=present.ranges if wanted.ranges is None else _ranges(wanted.ranges),
        schedule=present.schedule if keeps else _schedule(wanted.schedule),
        on_holidays=wanted.on_holidays or HolidayRule(present.on_holidays),
        at_end=wanted.at_end or AtEnd(present.at_end),
        distribution=present.distribution if wanted.distribution is None else wanted.distribution,
    )


def _ranges(given: Sequence[WeeklyRange]) -> list[dict[str, Any]]:
    ranges = [dict(each) for each in given]
    try:
        check_ranges(ranges)
    except ValidationError as error:
        raise InvalidInputError(error.messages[0], field="ranges") from error
    return ranges


def _schedule(code: str | None) -> Schedule | None:
    if code is None:
        return None
    found = Schedule.objects.filter(code=code).first()
    if found is None:
        message = _("The project has no schedule “%(key)s”.") % {"key": code}
        raise InvalidInputError(message, field="schedule")
    return found


def _evse_ids(site: Site, places: Sequence[Place]) -> list[int]:
    known = {
        (identity, number): pk
        for pk, identity, number in Evse.objects.filter(charge_point__site=site).values_list(
            "pk", "charge_point__identity", "number"
        )
    }
    for place in places:
        if (place.charge_point, place.connector) not in known:
            name = f"{place.charge_point}/{place.connector}"
            message = _("The site has no connector %(name)s.") % {"name": name}
            raise InvalidInputError(message, field="connectors")
    return [known[place.charge_point, place.connector] for place in places]


def _out(row: ScheduleGroup) -> GroupOut:
    now = utc_now()
    since, until = around(now)
    how = standing(calendar_of(row, since, until).windows(since, until), now)
    members = sorted((evse.charge_point.identity, evse.number) for evse in row.evses.all())
    return GroupOut(
        number=row.number,
        name=row.name,
        ranges=row.ranges,
        schedule=row.schedule.code if row.schedule else None,
        on_holidays=HolidayRule(row.on_holidays),
        at_end=AtEnd(row.at_end),
        distribution=row.distribution,
        exceptions=[ExceptionShape.model_validate(each.other_hours.plain()) for each in row.exceptions.all()],
        connectors=[Place(charge_point=identity, connector=number) for identity, number in members],
        active=how.active,
        changes_at=how.until,
    )
