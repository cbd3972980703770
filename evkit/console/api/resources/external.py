"""`sites/{code}/meter` and `variables/{name}`: what other systems tell (R35)."""

from __future__ import annotations

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Path, Router, Schema, Status
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_site
from evkit.console.api.types import GivenMoment, Moment, Strict
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from evkit.core.units import MOST_CURRENT_A, MOST_POWER_W
from sites.permissions import Right
from sites.services.external import MeterReading, forget_meter, record_meter_reading, set_variable

router = Router(tags=["external values"])

VariableName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,120}$")]
Watt = Annotated[float, Field(ge=-MOST_POWER_W, le=MOST_POWER_W, strict=True)]
Ampere = Annotated[float, Field(ge=-MOST_CURRENT_A, le=MOST_CURRENT_A, strict=True)]
Amperes = Annotated[list[Ampere], Field(min_length=1, max_length=3)]


class MeterIn(Strict):
    """A reading of the site's meter: the base load, without the charge points; negative is feed-in."""

    power_w: Watt | None = None
    current_a: Amperes | None = None
    timestamp: GivenMoment | None = None


class MeterOut(Schema):
    """A stored reading."""

    site: str
    power_w: float | None
    current_a: list[float | None]
    timestamp: Moment


class VariableIn(Strict):
    """A value of a variable; without a time it is of now."""

    value: StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=1000)] | None
    quality: Literal["good", "uncertain", "bad"] = "good"
    timestamp: GivenMoment | None = None


class VariableOut(Schema):
    """The latest value of a variable."""

    name: str
    value: bool | int | float | str | None
    quality: str
    timestamp: Moment


@router.post("sites/{code}/meter", response={201: MeterOut}, summary="Tell a reading of the site's meter")
def post_meter(request: ApiRequest, code: str, reading: MeterIn) -> Status[MeterOut]:
    """Store a reading; one of the same time replaces the former."""
    site = get_site(request.auth, code)
    request.auth.require(Right.COMMAND, site.pk)
    if reading.power_w is None and reading.current_a is None:
        raise InvalidInputError(_("Give power_w, current_a or both."), field="power_w")
    now = utc_now()
    row = record_meter_reading(
        site=site,
        reading=MeterReading(
            at=reading.timestamp or now, power_w=reading.power_w, current_a=tuple(reading.current_a or ())
        ),
        now=now,
    )
    phases = [row.current_l1_a, row.current_l2_a, row.current_l3_a]
    return Status(201, MeterOut(site=code, power_w=row.power_w, current_a=phases, timestamp=row.at))


@router.delete("sites/{code}/meter", response={204: None}, summary="Let the readings so far count no more")
def delete_meter(request: ApiRequest, code: str) -> Status[None]:
    """Count nothing as base load until the meter tells again; administrators only."""
    site = get_site(request.auth, code)
    request.auth.require(Right.CONFIGURE, site.pk)
    forget_meter(site=site, now=utc_now(), actor=request.auth.actor)
    return Status(204, None)


@router.post("variables/{name}", response={201: VariableOut}, summary="Set a named external value")
def post_variable(request: ApiRequest, name: Path[VariableName], change: VariableIn) -> Status[VariableOut]:
    """Store a value of a variable, created on first use; variables belong to the whole project."""
    request.auth.require(Right.COMMAND, None)
    now = utc_now()
    row = set_variable(
        name=name, value=change.value, quality=change.quality, at=change.timestamp or now, now=now
    )
    return Status(201, VariableOut(name=row.name, value=row.value, quality=row.quality, timestamp=row.at))
