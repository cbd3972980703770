"""Causes that lie with the charge point: its connection, its boot, its faults, its service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from evkit.console.why.cause import FAULT, Cause, Means, Remedy
from evkit.console.why.facts import Facts


def _closed_place(facts: Facts) -> Mapping[str, str | int]:
    """Return what is put back into service: the whole charge point if that is what is out of it."""
    whole = facts.own.status == "Unavailable" or (facts.closing is not None and not facts.closing.number)
    return {"connector": 0 if whole else facts.number, "kind": "Operative"}


RESET: Final = Remedy(_("Reset the charge point"), "reset", lambda _facts: {})
REOPEN: Final = Remedy(_("Put it back into service"), "availability", _closed_place)
ACCEPT: Final = Remedy(_("Accept the charge point"), means=Means.ACCEPT)
ASK_BOOT: Final = Remedy(_("Ask for its boot message"), "trigger", lambda _f: {"message": "BootNotification"})
ASK_STATUS: Final = Remedy(
    _("Ask for its state"), "trigger", lambda f: {"message": "StatusNotification", "connector": f.number}
)

DEVICE_CAUSES: Final = (
    Cause(
        "rejected",
        _("The charge point is not let in: an administrator rejected it."),
        _("not let in"),
        lambda f, _now: f.link.registration == "rejected",
        ACCEPT,
    ),
    Cause(
        "never-connected",
        _("The charge point has never connected. Check its address, its identity and its password."),
        _("never connected"),
        lambda f, _now: not f.link.connected and f.link.last_seen_at is None,
    ),
    Cause(
        "restarting",
        _("The charge point restarts: %(restart_by)s ordered it at %(restart_time)s."),
        _("restarts"),
        lambda f, _now: f.restart is not None and f.restart.awaited,
    ),
    Cause(
        "offline",
        _("No connection since %(lost_time)s. Check the power supply and the network of the charge point."),
        _("no connection"),
        lambda f, _now: not f.link.connected,
    ),
    Cause(
        "pending",
        _("The charge point waits for an administrator to accept it."),
        _("waits to be accepted"),
        lambda f, _now: f.link.registration == "pending",
        ACCEPT,
    ),
    Cause(
        "not-booted",
        _("The charge point has been connected since %(connected_time)s, but it has not booted yet."),
        _("not booted yet"),
        lambda f, _now: f.link.booted_at is None,
        ASK_BOOT,
    ),
    Cause(
        "firmware",
        _("The charge point has been updating its firmware since %(job_time)s (%(job_status)s)."),
        _("updates its firmware"),
        lambda f, _now: f.job is not None and f.job.firmware and f.charge is None,
    ),
    Cause(
        "fault",
        _("%(fault)s. %(advice)s"),
        FAULT,
        lambda f, _now: "Faulted" in {f.connector.status, f.own.status},
        RESET,
    ),
    Cause(
        "diagnostics",
        _("The charge point has been uploading its diagnostics since %(job_time)s (%(job_status)s)."),
        _("uploads its diagnostics"),
        lambda f, _now: f.closed and f.job is not None,
    ),
    Cause(
        "closed-for",
        _("%(closing_by)s put it out of service at %(closing_time)s: %(closing_reason)s"),
        _("out of service by %(closing_by)s: %(closing_reason)s"),
        lambda f, _now: f.closed and f.closing is not None and bool(f.closing.reason),
        REOPEN,
    ),
    Cause(
        "closed-by-order",
        _("%(closing_by)s put it out of service at %(closing_time)s."),
        _("out of service by %(closing_by)s"),
        lambda f, _now: f.closed and f.closing is not None,
        REOPEN,
    ),
    Cause(
        "closed-by-itself",
        _("The charge point has reported being out of service since %(time)s; nobody ordered it here."),
        _("out of service by itself"),
        lambda f, _now: f.closed,
        REOPEN,
    ),
    Cause(
        "state-unknown",
        _("The charge point has not told the state of this connector yet."),
        _("state not told yet"),
        lambda f, _now: not f.status,
        ASK_STATUS,
    ),
)
