"""Reads the passport of a charge point: what it can do, how it departs from OCPP, its quirks."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Max, Min, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint, CommandCall, ConfigurationKey, ObservedDeviation
from chargers.quirks import QUIRK_NAMES, presets_for, read_switches
from chargers.quirks.modes import Source
from chargers.services.quirks import model_of, quirks_of
from charging.services.smart.modes import known_mode

MODE: Final[Mapping[str, Promise]] = {
    "unit": _("Unit of limits"),
    "purposes": _("Charging profiles that it obeys"),
    "stack_level": _("Highest stack level"),
    "kind": _("Kind of schedule"),
    "periods": _("Periods of a schedule"),
    "pause": _("A charge is interrupted by"),
    "resumes": _("Goes on by itself after a limit of 0"),
    "latency_s": _("Time to obey (s)"),
    "minimum_a": _("Least current (A)"),
    "survives_reboot": _("Keeps default profiles when it boots"),
}
PAUSES: Final[Mapping[str, Promise]] = {"limit": _("a limit of 0"), "stop": _("a stop only")}
SOURCES: Final[Mapping[Source, Promise]] = {
    Source.ADMINISTRATOR: _("an administrator"),
    Source.LEARNED: _("learned"),
    Source.PRESET: _("preset of its model"),
    Source.TOLD: _("its configuration"),
}
REFUSALS: Final = ("NotImplemented", "NotSupported")
CALLS: Final = 100
DEVIATIONS: Final = 200

CAPABILITIES: Final[Mapping[str, Promise]] = {
    "supportedfeatureprofiles": _("Feature profiles"),
    "numberofconnectors": _("Connectors"),
    "getconfigurationmaxkeys": _("Keys in one request"),
    "metervaluessampleddata": _("Sampled measurands"),
    "metervaluesaligneddata": _("Clock-aligned measurands"),
    "metervaluesampleinterval": _("Sampling interval (s)"),
    "locallistmaxlength": _("Local list: entries"),
    "sendlocallistmaxlength": _("Local list: entries in one message"),
    "chargeprofilemaxstacklevel": _("Highest stack level"),
    "chargingscheduleallowedchargingrateunit": _("Units of limits"),
    "chargingschedulemaxperiods": _("Periods of a schedule"),
    "maxchargingprofilesinstalled": _("Charging profiles kept"),
}
QUIRKS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "silent_reconnect": (
        _("Does not boot again after a reconnect"),
        _("Commands do not wait for its BootNotification."),
    ),
    "small_requests": (
        _("Leaves a full GetConfiguration unanswered"),
        _("Its configuration is read four keys at a time."),
    ),
    "base_stack_level": (
        _("Takes charging profiles of stack level 0 only"),
        _("Every profile is sent with stack level 0."),
    ),
    "watts_only": (_("Takes limits in W only"), _("Limits in A are sent in W.")),
    "pause_not_stop": (
        _("Does not start again until unplugged"),
        _("A schedule pauses its charges instead of stopping them."),
    ),
    "tag_suffix": (
        _("Adds characters to id tags"),
        _("An unknown id tag counts as the declared one that it begins with."),
    ),
    "vendor_talk": (
        _("Sends messages of its own"),
        _("Every DataTransfer is answered Accepted."),
    ),
}


@dataclass(frozen=True, slots=True)
class QuirkLine:
    """A quirk as the page shows it.

    Attributes:
        on: whether it counts.
        switched: what an administrator chose, None if it is left to the preset.
        makes: the presets that switch it on, by make.
    """

    name: str
    title: Promise
    effect: Promise
    on: bool
    switched: bool | None
    makes: str


@dataclass(frozen=True, slots=True)
class Latency:
    """How fast the charge point answered its latest calls, in ms."""

    calls: int
    median_ms: float
    slowest_ms: float


@dataclass(frozen=True, slots=True)
class DeviationLine:
    """A deviation of this charge point, and of all of its vendor, model and firmware."""

    row: ObservedDeviation
    points: int
    count: int
    first_at: datetime
    last_at: datetime


def quirk_lines(row: ChargePoint) -> list[QuirkLine]:
    """Return every quirk that evkit knows, and whether the charge point has it."""
    switches, counting = read_switches(row.quirk_switches), quirks_of(row)
    presets = presets_for(model_of(row))
    return [
        QuirkLine(
            name=name,
            title=QUIRKS[name][0],
            effect=QUIRKS[name][1],
            on=getattr(counting, name),
            switched=switches.get(name),
            makes=", ".join(dict.fromkeys(make.make for make, preset in presets if name in preset.quirks)),
        )
        for name in QUIRK_NAMES
    ]


def mode_lines(row: ChargePoint) -> list[tuple[Promise, object, Promise | None]]:
    """Return how the charge point takes limits: what, its value (None: not known), and who says so."""
    record = known_mode(row)
    return [
        (
            label,
            _shown(getattr(record.mode, name)),
            SOURCES.get(record.sources[name]) if name in record.sources else None,
        )
        for name, label in MODE.items()
    ]


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and value in PAUSES:
        return PAUSES[value]
    return ", ".join(value) if isinstance(value, tuple) else value


def capability_lines(row: ChargePoint) -> list[tuple[Promise, str]]:
    """Return what the charge point said that it can do, in a fixed order."""
    reported = {
        key.lower(): value
        for key, value in ConfigurationKey.objects.filter(charge_point=row, known=True).values_list(
            "key", "value"
        )
        if value
    }
    return [(label, reported[key]) for key, label in CAPABILITIES.items() if key in reported]


def refused_actions(row: ChargePoint) -> list[str]:
    """Return the actions that the charge point does not know, by its own answers."""
    calls = CommandCall.objects.filter(command__charge_point=row)
    refused = calls.filter(Q(error_code__in=REFUSALS) | Q(response__status__in=REFUSALS))
    return sorted(set(refused.order_by().values_list("command__action", flat=True)))


def latency_of(row: ChargePoint) -> Latency | None:
    """Return how fast the charge point answers; None before it has answered anything."""
    calls = CommandCall.objects.filter(command__charge_point=row).exclude(answered_at=None)
    times = [
        (answered - sent).total_seconds() * 1000
        for sent, answered in calls.order_by("-pk").values_list("sent_at", "answered_at")[:CALLS]
        if answered is not None
    ]
    return Latency(len(times), statistics.median(times), max(times)) if times else None


def deviation_lines(row: ChargePoint) -> Sequence[DeviationLine]:
    """Return the deviations of a charge point, latest first, each with those of its whole model."""
    model = model_of(row)
    alike = ObservedDeviation.objects.filter(
        charge_point__state__vendor=model.vendor,
        charge_point__state__model=model.model,
        charge_point__state__firmware_version=model.firmware_version,
    )
    totals = {
        (each["code"], each["action"]): each
        for each in alike.order_by()
        .values("code", "action")
        .annotate(
            points=Count("charge_point"), total=Sum("count"), first=Min("first_at"), last=Max("last_at")
        )
    }
    own = ObservedDeviation.objects.filter(charge_point=row).order_by("-last_at", "code")[:DEVIATIONS]
    return [_line(each, totals[each.code, each.action]) for each in own]


def _line(row: ObservedDeviation, total: Mapping[str, object]) -> DeviationLine:
    points, count, first, last = total["points"], total["total"], total["first"], total["last"]
    assert isinstance(points, int)
    assert isinstance(count, int)
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    return DeviationLine(row, points, count, first, last)
