"""Values from other systems: a site's own meter, and named variables (R35)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from evkit.core.events import publish_after_commit
from sites.events import SiteMeterRead, VariableChanged
from sites.models import ExternalValue, ExternalVariable, Site, SiteMeterReading


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A reading of a site's meter: power in W, current in A of each phase."""

    at: datetime
    power_w: float | None = None
    current_a: tuple[float, ...] = ()


@transaction.atomic
def record_meter_reading(*, site: Site, reading: MeterReading, now: datetime) -> SiteMeterReading:
    """Store a reading; one of the same moment replaces the former."""
    phases = dict(zip(("current_l1_a", "current_l2_a", "current_l3_a"), reading.current_a, strict=False))
    row, _created = SiteMeterReading.objects.update_or_create(
        site=site,
        at=reading.at,
        defaults={"received_at": now, "power_w": reading.power_w, **phases},
    )
    publish_after_commit(SiteMeterRead(site.pk))
    return row


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
