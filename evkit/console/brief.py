"""Why a connector does not charge, in a few words for a list."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charging.models import Pause
from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.formats import kilo, quantity
from evkit.console.states import State

FULL_PERCENT: Final = 95
LITTLE_POWER_W: Final = 1400

BRIEF: Final[dict[State, Promise]] = {
    State.PREPARING: gettext_lazy("no badge presented"),
    State.FINISHING: gettext_lazy("to be unplugged"),
    State.RESERVED: gettext_lazy("reserved"),
    State.UNAVAILABLE: gettext_lazy("out of service"),
    State.SUSPENDED_EV: gettext_lazy("the vehicle takes no power"),
    State.SUSPENDED_SITE: gettext_lazy("the charge point offers no power"),
}


def brief_reason(card: ChargePointCard, conn: ConnectorCard, pause: Pause | None) -> str:
    """Return why a connector does not charge; empty when it charges or nobody wants it to."""
    if conn.state is State.OFFLINE:
        return _("never connected") if card.last_seen_at is None else _("no connection")
    if conn.state is State.FAULTED:
        return conn.fault or card.fault or _("fault without a reason")
    if pause is not None:
        return paused_text(pause)
    if conn.state is State.SUSPENDED_EV and (conn.soc_percent or 0) >= FULL_PERCENT:
        return _("vehicle full")
    if conn.state is State.SUSPENDED_SITE and conn.limit_w is not None and conn.limit_w < LITTLE_POWER_W:
        return _("limit of %(limit)s") % {"limit": quantity(kilo(conn.limit_w), "kW", 1)}
    return str(BRIEF.get(conn.state, ""))


def paused_text(pause: Pause) -> str:
    """Return who holds a charge, and why when it was said."""
    if pause.reason:
        return _("paused by %(user)s: %(reason)s") % {"user": pause.paused_name, "reason": pause.reason}
    return _("paused by %(user)s") % {"user": pause.paused_name}
