"""Types that several resources use: times, strict input, pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Generic, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, PlainSerializer
from typing_extensions import TypedDict

from charging.priorities import FURTHEST
from evkit.core.errors import InvalidInputError
from evkit.core.units import MOST_POWER_W
from sites.exceptions import OtherHours, read_exceptions

T = TypeVar("T")


def iso_utc(moment: datetime) -> str:
    """Return a time in UTC with microseconds, as in 2026-01-31T12:00:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Moment = Annotated[datetime, PlainSerializer(iso_utc, return_type=str)]
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
GivenMoment = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
"""A time in a request: ISO 8601 with an offset, in a year that makes sense."""


Priority = Annotated[int, Field(ge=-FURTHEST, le=FURTHEST)]
AsAbove = Literal[""]
"""No rule of its own: what is above decides."""


class Strict(Schema):
    """Input: unknown keys are refused, so that a typing error is not taken for "no change"."""

    model_config = ConfigDict(extra="forbid")


def refuse_null(changes: Schema, *, allowed: Collection[str] = ()) -> None:
    """Check that no key of a change is null that may only be absent; of `allowed` null says something.

    Raises:
        InvalidInputError: with the key.
    """
    for name in sorted(changes.model_fields_set.difference(allowed)):
        if getattr(changes, name) is None:
            raise InvalidInputError(_("%(key)s cannot be null.") % {"key": name}, field=name)


class Limit(Strict):
    """A limit of power ("W") or of current per phase ("A")."""

    value: float = Field(ge=0, le=MOST_POWER_W, strict=True)
    unit: str = Field(pattern="^[WA]$")


WeeklyRange = TypedDict("WeeklyRange", {"days": list[str], "from": str, "to": str})
"""Hours of some days, in the site's wall time; an end before its start is on the next day."""

DayHours = TypedDict("DayHours", {"from": str, "to": str})


class ExceptionShape(Strict):
    """Days with other hours, both included; `last_day` may be left out for one day; no hours: inactive."""

    first_day: date
    last_day: date | None = None
    hours: list[DayHours] = []
    note: str = ""


def given_exceptions(exceptions: Sequence[ExceptionShape]) -> list[OtherHours]:
    """Return exceptions of a request.

    Raises:
        InvalidInputError: one of them is none.
    """
    try:
        return read_exceptions([each.model_dump(mode="json") for each in exceptions])
    except ValidationError as error:
        raise InvalidInputError(error.messages[0], field="exceptions") from error


class Page(Schema, Generic[T]):
    """Part of a list; `next_cursor` continues it, null at the end."""

    items: list[T]
    next_cursor: str | None
