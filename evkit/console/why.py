"""Why is it not charging? One sentence, and the command that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.formats import duration, kilo, quantity
from evkit.console.states import State
from evkit.console.wording import clock

FULL_PERCENT = 95
LITTLE_POWER_W = 1400


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: a sentence, and the address part of the command that helps (empty: none does)."""

    sentence: str
    command: str = ""
    label: str = ""


def why_not_charging(card: ChargePointCard, conn: ConnectorCard, now: datetime) -> Why | None:
    """Return why a connector does not charge; None when it charges or nobody wants it to."""
    answer = ANSWERS.get(conn.state)
    return answer(card, conn, now) if answer else None


def _offline(card: ChargePointCard, _conn: ConnectorCard, now: datetime) -> Why:
    if card.last_seen_at is None:
        return Why(
            _("The charge point has never connected. Check its address, its identity and its password.")
        )
    age = duration((now - (card.offline_since or card.last_seen_at)).total_seconds())
    return Why(
        _("No connection for %(age)s. Check the power supply and the network of the charge point.")
        % {"age": age}
    )


def _faulted(card: ChargePointCard, conn: ConnectorCard, _now: datetime) -> Why:
    fault = conn.fault or card.fault or _("The charge point reports a fault without a reason")
    return Why(
        _("%(fault)s. Charging is impossible until the fault is gone.") % {"fault": fault},
        "reset",
        _("Reset the charge point"),
    )


def _unavailable(_card: ChargePointCard, _conn: ConnectorCard, _now: datetime) -> Why:
    return Why(_("The connector is out of service."), "availability", _("Put it back into service"))


def _preparing(_card: ChargePointCard, conn: ConnectorCard, now: datetime) -> Why:
    since = clock(conn.since, now) if conn.since else ""
    sentence = (
        _("A vehicle has been plugged in since %(time)s, but no badge was presented.") % {"time": since}
        if since
        else _("A vehicle is plugged in, but no badge was presented.")
    )
    return Why(sentence, "start", _("Start the charge"))


def _suspended_ev(_card: ChargePointCard, conn: ConnectorCard, _now: datetime) -> Why:
    who = conn.who or _("The vehicle")
    if conn.soc_percent is not None and conn.soc_percent >= FULL_PERCENT:
        soc = quantity(conn.soc_percent, "%")
        return Why(_("%(vehicle)s is full: %(soc)s.") % {"vehicle": who, "soc": soc})
    return Why(_("%(vehicle)s takes no power at the moment; the charge point offers it.") % {"vehicle": who})


def _suspended_site(_card: ChargePointCard, conn: ConnectorCard, _now: datetime) -> Why:
    who = conn.who or _("The vehicle")
    if conn.limit_w is not None and conn.limit_w < LITTLE_POWER_W:
        limit = quantity(kilo(conn.limit_w), "kW", 1)
        sentence = _("%(vehicle)s waits: its limit is %(limit)s, too little to charge.")
        return Why(sentence % {"vehicle": who, "limit": limit}, "limit", _("Raise the limit"))
    return Why(_("%(vehicle)s waits: the charge point offers no power.") % {"vehicle": who})


def _finishing(_card: ChargePointCard, conn: ConnectorCard, _now: datetime) -> Why:
    who = conn.who or _("The vehicle")
    return Why(_("The charge has ended. %(vehicle)s can be unplugged.") % {"vehicle": who})


def _reserved(_card: ChargePointCard, _conn: ConnectorCard, _now: datetime) -> Why:
    return Why(_("The connector is reserved."))


ANSWERS = {
    State.OFFLINE: _offline,
    State.FAULTED: _faulted,
    State.UNAVAILABLE: _unavailable,
    State.PREPARING: _preparing,
    State.SUSPENDED_EV: _suspended_ev,
    State.SUSPENDED_SITE: _suspended_site,
    State.FINISHING: _finishing,
    State.RESERVED: _reserved,
}
