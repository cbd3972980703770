"""Causes during and after a charge: the vehicle, the limits, the meter, the cable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from chargers.types import CommandState
from charging.types import AuthorizationStatus
from evkit.console.why.cause import Cause, Means, Remedy, When
from evkit.console.why.facts import FULL_PERCENT, WARM_UP, Charge, Facts, Limit

STOP: Final = Remedy(
    _("Stop the charge"), "stop", lambda f: {"transaction": f.charge.number if f.charge else ""}
)
RAISE: Final = Remedy(_("Raise the limit"), "limit")
LIMIT_AGAIN: Final = Remedy(_("Set another limit"), "limit")
CLEAR: Final = Remedy(_("Clear its limits"), "clear-limits")
UNLOCK: Final = Remedy(_("Unlock the connector"), "unlock")
RESUME: Final = Remedy(_("Resume the charge"), means=Means.RESUME)
RELEASE: Final = Remedy(_("Change or take back"), means=Means.STEER)
BOOST: Final = Remedy(_("Boost or hold"), means=Means.STEER)
ASK_METER: Final = Remedy(
    _("Ask for meter values"), "trigger", lambda f: {"message": "MeterValues", "connector": f.number}
)


def _charging(test: Callable[[Charge], bool]) -> When:
    """Return when a transaction is open of which `test` is true."""
    return lambda facts, _now: facts.charge is not None and test(facts.charge)


def _held(test: Callable[[Facts], bool]) -> When:
    """Return when the charge point holds a vehicle back and `test` is true."""
    return lambda facts, _now: facts.status == "SuspendedEVSE" and test(facts)


def _limited(test: Callable[[Limit], bool]) -> When:
    """Return when a vehicle is held back by a limit of which `test` is true."""
    return _held(lambda f: f.limit is not None and f.limit.too_low and test(f.limit))


def _lends(facts: Facts) -> bool:
    """Tell whether smart charging holds a vehicle back because it took nothing of what it was offered."""
    limit = facts.limit
    held = facts.status == "SuspendedEVSE" and limit is not None and limit.too_low and not limit.by
    return held and facts.rests_until is not None


def _soc_full(facts: Facts) -> bool:
    soc = facts.charge.soc_percent if facts.charge else None
    return soc is not None and soc >= FULL_PERCENT


def _paused(facts: Facts) -> bool:
    return facts.pause is not None and facts.status in {"SuspendedEVSE", "SuspendedEV", "Charging"}


def _never_flowed(facts: Facts, now: datetime) -> bool:
    charge = facts.charge
    return charge is not None and charge.charging_at is None and now - charge.started_at > WARM_UP


def _profile_refused(facts: Facts) -> bool:
    refused = {CommandState.REJECTED, CommandState.FAILED}
    return facts.profile is not None and facts.profile.state in refused


CHARGE_CAUSES: Final = (
    Cause(
        "stop-lost",
        _("Transaction %(number)s is still open, but the connector has left it: its stop was not received."),
        _("its stop was not received"),
        lambda f, _now: f.left,
        STOP,
    ),
    Cause(
        "start-not-authorised",
        _(
            "The charge point started transaction %(number)s although badge %(charge_tag)s was refused"
            " (%(decision)s)."
        ),
        _("started with a refused badge"),
        _charging(lambda charge: charge.authorization != AuthorizationStatus.ACCEPTED),
        STOP,
    ),
    Cause(
        "finished",
        _("The charge ended at %(time)s and the vehicle is still plugged in. It can be unplugged."),
        _("to be unplugged"),
        lambda f, _now: f.status == "Finishing",
        UNLOCK,
    ),
    Cause(
        "paused-for",
        _("%(vehicle)s waits: %(pause_by)s paused its charge at %(pause_time)s: %(pause_reason)s"),
        _("paused by %(pause_by)s: %(pause_reason)s"),
        lambda f, _now: _paused(f) and f.pause is not None and bool(f.pause.reason),
        RESUME,
    ),
    Cause(
        "paused",
        _("%(vehicle)s waits: %(pause_by)s paused its charge at %(pause_time)s."),
        _("paused by %(pause_by)s"),
        lambda f, _now: _paused(f),
        RESUME,
    ),
    Cause(
        "held-for",
        _("%(vehicle)s waits: %(hold_by)s holds its charge until %(hold_until)s: %(hold_reason)s"),
        _("held by %(hold_by)s: %(hold_reason)s"),
        lambda f, _now: f.hold is not None and f.status in {"SuspendedEVSE", "SuspendedEV", "Charging"},
        RELEASE,
    ),
    Cause(
        "group-inactive",
        _("%(vehicle)s waits: the schedule of its group lets it charge again at %(inactive_until)s."),
        _("its schedule waits until %(inactive_until)s"),
        _held(lambda f: f.inactive_until is not None),
    ),
    Cause(
        "profile-refused",
        _(
            "%(vehicle)s waits: the charge point refused the limit that %(profile_by)s set at"
            " %(profile_time)s (%(profile_answer)s)."
        ),
        _("limit refused (%(profile_answer)s)"),
        _held(_profile_refused),
        LIMIT_AGAIN,
    ),
    Cause(
        "limit-by-user",
        _("%(vehicle)s waits: %(limit_by)s limited it to %(limit)s at %(limit_time)s, too little to charge."),
        _("limit of %(limit)s by %(limit_by)s"),
        _limited(lambda limit: bool(limit.by)),
        RAISE,
    ),
    Cause(
        "did-not-go-on",
        _(
            "%(vehicle)s took power until smart charging interrupted it, and none since it is offered power"
            " again: its charge has to be started again, or the cable pulled."
        ),
        _("did not go on after an interruption"),
        lambda f, _now: f.lost and f.status in {"SuspendedEVSE", "SuspendedEV"},
        STOP,
    ),
    Cause(
        "full-and-lends",
        _(
            "%(vehicle)s is full: %(soc)s. Others use its share until it is offered power again"
            " at %(rests_until)s."
        ),
        _("vehicle full"),
        lambda f, _now: _lends(f) and _soc_full(f),
    ),
    Cause(
        "takes-nothing-and-lends",
        _(
            "%(vehicle)s took none of the power it was offered: others use its share until it is offered"
            " power again at %(rests_until)s."
        ),
        _("took nothing; offered power again at %(rests_until)s"),
        lambda f, _now: _lends(f),
    ),
    Cause(
        "share-too-small",
        _("%(vehicle)s waits: smart charging leaves it %(limit)s at the moment, too little to charge."),
        _("waits for power"),
        _held(lambda f: f.shared and f.limit is not None and f.limit.too_low and not f.limit.by),
        BOOST,
    ),
    Cause(
        "limit-by-site",
        _("%(vehicle)s waits: the site leaves it %(limit)s at the moment, too little to charge."),
        _("limit of %(limit)s"),
        _limited(lambda limit: not limit.by),
        RAISE,
    ),
    Cause(
        "held-under-limit",
        _(
            "%(vehicle)s has waited since %(time)s: the charge point offers no power,"
            " though its limit is %(limit)s."
        ),
        _("the charge point offers no power"),
        _held(lambda f: f.limit is not None),
        CLEAR,
    ),
    Cause(
        "held",
        _("%(vehicle)s has waited since %(time)s: the charge point itself offers no power."),
        _("the charge point offers no power"),
        _held(lambda _facts: True),
        CLEAR,
    ),
    Cause(
        "vehicle-full",
        _("%(vehicle)s is full: %(soc)s."),
        _("vehicle full"),
        lambda f, _now: f.status == "SuspendedEV" and _soc_full(f),
    ),
    Cause(
        "vehicle-asleep",
        _(
            "%(vehicle)s has drawn nothing since the start at %(started_time)s:"
            " it may be asleep, or wait for its own departure time."
        ),
        _("the vehicle has drawn nothing yet"),
        lambda f, now: f.status == "SuspendedEV" and _never_flowed(f, now),
    ),
    Cause(
        "vehicle-paused",
        _("%(vehicle)s has taken no power since %(time)s, although the charge point offers it."),
        _("the vehicle takes no power"),
        lambda f, _now: f.status == "SuspendedEV",
    ),
    Cause(
        "meter-never",
        _("No meter values since the start at %(started_time)s: whether energy flows is unknown."),
        _("no meter values"),
        lambda f, now: f.quiet(now) and f.charge is not None and f.charge.measured_at is None,
        ASK_METER,
    ),
    Cause(
        "meter-silent",
        _("No meter values since %(measured_time)s: whether energy flows is unknown."),
        _("no meter values"),
        lambda f, now: f.quiet(now),
        ASK_METER,
    ),
    Cause(
        "no-energy",
        _("Transaction %(number)s started at %(started_time)s, but no energy has flowed yet."),
        _("no energy yet"),
        _never_flowed,
        STOP,
    ),
    Cause(
        "no-power",
        _("%(vehicle)s draws no power at the moment, although the charge is running."),
        _("draws no power at the moment"),
        lambda f, _now: f.status == "Charging" and f.charge is not None and f.charge.measured_at is not None,
    ),
)
