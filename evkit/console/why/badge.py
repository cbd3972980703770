"""Causes before a charge: a badge that is refused or missing, a start that was ordered in vain."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from chargers.types import CommandState
from charging.types import AuthorizationStatus as Status
from evkit.console.why.cause import FAULT, Cause, Means, Remedy, When
from evkit.console.why.facts import Facts

ANSWER: Final = Remedy(_("Answer"), means=Means.ANSWER)
START: Final = Remedy(_("Start the charge"), "start")
FREE: Final = Remedy(
    _("Cancel the reservation"),
    "cancel-reservation",
    lambda f: {"reservation": f.booking.number if f.booking else ""},
)
START_OTHER: Final = Remedy(_("Start with another badge"), "start")
START_AGAIN: Final = Remedy(
    _("Order the start again"),
    "start",
    lambda f: {"connector": f.number, "tag": f.start.tag if f.start else ""},
)


def _refused(status: Status) -> When:
    def told(facts: Facts, _now: datetime) -> bool:
        return facts.idle and facts.badge is not None and facts.badge.status == status

    return told


def _refused_by(status: Status, source: str) -> When:
    """Return when a badge was refused and `source` tells more about it."""
    refused = _refused(status)
    return lambda facts, now: refused(facts, now) and bool(getattr(facts.badge, source))


def _ordered(states: Collection[str], *, awaited: bool = False) -> When:
    def told(facts: Facts, _now: datetime) -> bool:
        order = facts.start
        if not facts.idle or order is None or order.seen:
            return False
        return order.state in states and order.awaited == awaited

    return told


def _accepted(status: str) -> When:
    def told(facts: Facts, _now: datetime) -> bool:
        return facts.idle and facts.status == status and facts.badge is not None and facts.badge.accepted

    return told


BADGE_CAUSES: Final = (
    Cause(
        "question",
        _("Badge %(asked_tag)s waits for an operator's answer until %(deadline)s."),
        _("badge %(asked_tag)s waits for an answer"),
        lambda f, _now: f.question is not None,
        ANSWER,
    ),
    Cause(
        "start-unsent",
        _("%(start_by)s ordered the start at %(start_time)s; the charge point has not answered yet."),
        _("start ordered, not answered yet"),
        _ordered({CommandState.QUEUED, CommandState.SENT}),
    ),
    Cause(
        "start-awaits-cable",
        _(
            "The charge point accepted the start that %(start_by)s ordered at %(start_time)s."
            " Plug the vehicle in."
        ),
        _("start ordered, vehicle to be plugged in"),
        lambda f, now: f.status == "Available" and _ordered({CommandState.ACCEPTED}, awaited=True)(f, now),
    ),
    Cause(
        "start-awaited",
        _("The charge point accepted the start that %(start_by)s ordered at %(start_time)s and prepares it."),
        _("prepares the start ordered"),
        _ordered({CommandState.ACCEPTED}, awaited=True),
    ),
    Cause(
        "automatic-given-up",
        _(
            "evkit tried to start the charge by itself and gave up at %(given_up_time)s"
            " (tries: %(given_up_tries)s): %(given_up_reason)s."
        ),
        _("automatic start given up: %(given_up_reason)s"),
        lambda f, _now: f.given_up is not None and f.status != "Available" and f.pause is None,
        START,
    ),
    Cause(
        "start-refused",
        _(
            "The charge point refused the start that %(start_by)s ordered at %(start_time)s"
            " (%(start_answer)s)."
        ),
        _("start refused (%(start_answer)s)"),
        _ordered({CommandState.REJECTED, CommandState.FAILED}),
        START_AGAIN,
    ),
    Cause(
        "start-unanswered",
        _("The charge point did not answer when %(start_by)s ordered the start at %(start_time)s."),
        _("start not answered"),
        _ordered({CommandState.TIMED_OUT, CommandState.EXPIRED}),
        START_AGAIN,
    ),
    Cause(
        "start-in-vain",
        _(
            "The charge point accepted the start that %(start_by)s ordered at %(start_time)s,"
            " but no transaction followed."
        ),
        _("no transaction followed the start"),
        _ordered({CommandState.ACCEPTED}),
        START_AGAIN,
    ),
    Cause(
        "badge-refused-by-operator",
        _("%(badge_by)s refused badge %(tag)s at %(badge_time)s."),
        _("badge refused by %(badge_by)s"),
        _refused_by(Status.INVALID, "by"),
        START_OTHER,
    ),
    Cause(
        "badge-unanswered",
        _("Badge %(tag)s was refused at %(badge_time)s: it is unknown, and no operator answered in time."),
        _("badge refused: nobody answered"),
        _refused_by(Status.INVALID, "unanswered"),
        START_OTHER,
    ),
    Cause(
        "badge-unknown",
        _("Badge %(tag)s was refused at %(badge_time)s: it is unknown."),
        _("badge refused: unknown"),
        _refused(Status.INVALID),
        START_OTHER,
    ),
    Cause(
        "badge-blocked-by-group",
        _("Badge %(tag)s was refused at %(badge_time)s: badge %(parent)s of its group is blocked."),
        _("badge refused: its group is blocked"),
        _refused_by(Status.BLOCKED, "parent"),
        START_OTHER,
    ),
    Cause(
        "badge-blocked",
        _("Badge %(tag)s was refused at %(badge_time)s: it is blocked."),
        _("badge refused: blocked"),
        _refused(Status.BLOCKED),
        START_OTHER,
    ),
    Cause(
        "badge-expired-by-group",
        _("Badge %(tag)s was refused at %(badge_time)s: badge %(parent)s of its group has expired."),
        _("badge refused: its group has expired"),
        _refused_by(Status.EXPIRED, "parent"),
        START_OTHER,
    ),
    Cause(
        "badge-expired",
        _("Badge %(tag)s was refused at %(badge_time)s: it has expired."),
        _("badge refused: expired"),
        _refused(Status.EXPIRED),
        START_OTHER,
    ),
    Cause(
        "badge-elsewhere",
        _("Badge %(tag)s was refused at %(badge_time)s: it is charging at %(elsewhere)s."),
        _("badge refused: charges at %(elsewhere)s"),
        _refused_by(Status.CONCURRENT_TX, "elsewhere"),
        START_OTHER,
    ),
    Cause(
        "badge-concurrent",
        _("Badge %(tag)s was refused at %(badge_time)s: it was charging elsewhere."),
        _("badge refused: charged elsewhere"),
        _refused(Status.CONCURRENT_TX),
        START_OTHER,
    ),
    Cause(
        "warning",
        _("The charge point complains: %(fault)s. %(advice)s"),
        FAULT,
        lambda f, _now: f.status in {"Preparing", "SuspendedEVSE"} and f.connector.complains,
        Remedy(_("Reset the charge point"), "reset", lambda _facts: {}),
    ),
    Cause(
        "badge-awaits-cable",
        _("Badge %(tag)s was accepted at %(badge_time)s. Plug the vehicle in."),
        _("badge accepted, vehicle to be plugged in"),
        _accepted("Available"),
    ),
    Cause(
        "badge-without-start",
        _("Badge %(tag)s was accepted at %(badge_time)s, but the charge point has not started the charge."),
        _("badge accepted, not started"),
        _accepted("Preparing"),
        START,
    ),
    Cause(
        "reserved-for",
        _("The connector is reserved for %(booked_for)s until %(booked_until)s."),
        _("reserved for %(booked_for)s"),
        lambda f, _now: f.status == "Reserved" and f.booking is not None,
        FREE,
    ),
    Cause(
        "reserved",
        _("The connector has been reserved since %(time)s."),
        _("reserved"),
        lambda f, _now: f.status == "Reserved",
    ),
    Cause(
        "no-badge",
        _("A vehicle has been plugged in since %(time)s, but no badge was presented."),
        _("no badge presented"),
        lambda f, _now: f.charge is None and f.status == "Preparing",
        START,
    ),
)
