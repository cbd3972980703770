"""Values from other systems: a site's own meter, and named variables (R35)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from evkit.core.units import MOST_CURRENT_A, MOST_POWER_W
from sites.events import SiteChanged, SiteMeterRead, VariableChanged
from sites.models import ExternalValue, ExternalVariable, Site, SiteMeterReading

FURTHEST_AHEAD: Final = timedelta(minutes=2)
"""So far ahead of ours the clock of another system may be."""

PHASES: Final = ("current_l1_a", "current_l2_a", "current_l3_a")


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A reading of a site's meter: power in W, current in A of each phase, None for what it does not tell."""

    at: datetime
    power_w: float | None = None
    current_a: tuple[float | None, ...] = ()

    def columns(self) -> dict[str, float | None]:
        """Return its values by column; a phase that it does not have is left out, nonsense is not known."""
        currents = (_sane(each, MOST_CURRENT_A) for each in self.current_a)
        return {"power_w": _sane(self.power_w, MOST_POWER_W), **dict(zip(PHASES, currents, strict=False))}

    @property
    def says_something(self) -> bool:
        """Whether it tells anything that can be meant."""
        return any(value is not None for value in self.columns().values())


def _sane(value: float | None, most: float) -> float | None:
    return None if value is None or abs(value) > most else value


@transaction.atomic
def record_meter_reading(*, site: Site, reading: MeterReading, now: datetime) -> SiteMeterReading:
    """Store a reading; one of the same moment replaces the former.

    Raises:
        InvalidInputError: it is of a time further ahead than clocks differ.
    """
    if reading.at > now + FURTHEST_AHEAD:
        raise InvalidInputError(
            _("The time lies in the future: check the clock of what sends it."), field="timestamp"
        )
    row, _created = SiteMeterReading.objects.update_or_create(
        site=site, at=reading.at, defaults={"received_at": now, **reading.columns()}
    )
    publish_after_commit(SiteMeterRead(site.pk))
    return row


@transaction.atomic
def forget_meter(*, site: Site, now: datetime, actor: Actor) -> None:
    """Let what the meter of a site told so far count no more: it is gone, or told nonsense.

    Nothing counts until it tells again; the readings stay in the curves.
    """
    before = site.meter_since.isoformat() if site.meter_since else None
    Site.objects.filter(pk=site.pk).update(meter_since=now)
    changes = {"meter_since": [before, now.isoformat()]}
    record(Deed(actor, "change", "site", site.code, site.pk, changes))
    publish_after_commit(SiteChanged(site.pk))


@transaction.atomic
def record_meter_readings(*, readings: Mapping[int, Sequence[MeterReading]], now: datetime) -> None:
    """Store readings by site id; those of one moment complement each other, the later value counts."""
    moments = {reading.at for told in readings.values() for reading in told}
    known = SiteMeterReading.objects.filter(site__in=readings, at__in=moments)
    rows = {(row.site_id, row.at): row for row in known}
    for site_id, told in readings.items():
        for reading in told:
            row = rows.setdefault((site_id, reading.at), SiteMeterReading(site_id=site_id, at=reading.at))
            for name, value in reading.columns().items():
                if value is not None:
                    setattr(row, name, value)
            row.received_at = now
    SiteMeterReading.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["site", "at"],
        update_fields=["received_at", "power_w", *PHASES],
    )
    publish_after_commit(*map(SiteMeterRead, readings))


@transaction.atomic
def set_variable(*, name: str, value: object, quality: str, at: datetime, now: datetime) -> ExternalVariable:
    """Store a value of a variable, created on first use; an older one only enters its history."""
    latest = {"value": value, "quality": quality, "at": at, "received_at": now}
    variable, created = ExternalVariable.objects.get_or_create(name=name, defaults=latest)
    if not created and ExternalVariable.objects.filter(pk=variable.pk, at__lte=at).update(**latest):
        variable.refresh_from_db()
    ExternalValue.objects.update_or_create(
        variable=variable, at=at, defaults={"value": value, "quality": quality}
    )
    publish_after_commit(VariableChanged(variable.pk))
    return variable
