"""Short sentences about charge points and connectors, in the viewer's language and the site's time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.formats import duration, quantity
from evkit.console.moments import told
from evkit.console.states import Group, State

SHORT: Final[dict[State, Promise]] = {
    State.IDLE: gettext_lazy("Free"),
    State.PREPARING: gettext_lazy("preparing"),
    State.CHARGING: gettext_lazy("charging"),
    State.SUSPENDED_EV: gettext_lazy("paused by the vehicle"),
    State.SUSPENDED_SITE: gettext_lazy("waiting for the site"),
    State.FINISHING: gettext_lazy("to be unplugged"),
    State.RESERVED: gettext_lazy("Reserved"),
    State.UNAVAILABLE: gettext_lazy("Unavailable"),
    State.FAULTED: gettext_lazy("Faulted"),
    State.OFFLINE: gettext_lazy("Offline"),
}

BRIEF: Final[dict[State, Promise]] = {
    State.SUSPENDED_EV: gettext_lazy("paused"),
    State.SUSPENDED_SITE: gettext_lazy("waits"),
    State.FINISHING: gettext_lazy("finished"),
    State.FAULTED: gettext_lazy("fault"),
}

SINCE: Final[dict[State, Promise]] = {
    State.IDLE: gettext_lazy("Free since %(time)s"),
    State.PREPARING: gettext_lazy("Plugged in since %(time)s"),
    State.UNAVAILABLE: gettext_lazy("Out of service since %(time)s"),
}


def clock(moment: datetime, now: datetime) -> str:
    """Return a time of day, with the date when it is more than half a day away."""
    return told(moment, "H:i" if abs(now - moment) < timedelta(hours=12) else "j N H:i")


def aged(sentence: str, since: datetime, now: datetime) -> SafeString:
    """Return a sentence with `%(age)s` as an age that the page counts on by itself."""
    age = duration((now - since).total_seconds())
    span = format_html('<span data-since="{}">{}</span>', since.isoformat(), age)
    return SafeString(escape(sentence) % {"age": span})  # both parts are escaped


def last_seen(moment: datetime | None, now: datetime) -> str:
    """Return when a charge point was heard for the last time."""
    if moment is None:
        return _("Waiting for its first connection")
    sentence = _("Last seen at %(time)s (%(age)s ago)")
    return aged(sentence.replace("%(time)s", clock(moment, now)), moment, now)


def card_state(card: ChargePointCard, now: datetime) -> str:
    """Return the state line of a charge point's card."""
    if card.state in {State.OFFLINE, State.FAULTED} and card.since is not None:
        lost = card.state is State.OFFLINE
        return aged(_("Offline for %(age)s") if lost else _("Faulted for %(age)s"), card.since, now)
    if card.state is State.OFFLINE:
        return _("Never connected")
    if card.charging and len(card.connectors) > 1:
        count = {"count": card.charging, "total": len(card.connectors)}
        return _("%(count)d of %(total)d charging") % count
    return str(card.state.label)


def connector_note(conn: ConnectorCard, now: datetime) -> str:
    """Return the sentence shown for a connector without power to show."""
    if conn.state is State.FAULTED:
        return _fault_note(conn)
    if conn.state is State.FINISHING:
        return _finishing_note(conn, now)
    if conn.since is None:
        return str(conn.state.label)
    sentence = SINCE.get(conn.state, gettext_lazy("%(state)s since %(time)s"))
    return str(sentence) % {"state": conn.state.label, "time": clock(conn.since, now)}


def connector_short(conn: ConnectorCard) -> str:
    """Return a word or two for a connector's row."""
    if conn.state is State.FAULTED and conn.fault:
        return conn.fault
    return str(SHORT[conn.state])


def connector_brief(conn: ConnectorCard) -> str:
    """Return one word for a connector in a drawing."""
    return str(BRIEF.get(conn.state, SHORT[conn.state]))


def _fault_note(conn: ConnectorCard) -> str:
    fault = conn.fault or _("The charge point reports a fault without a reason")
    if not conn.who:
        return fault
    if conn.soc_percent is None:
        return _("%(fault)s, charge of %(vehicle)s interrupted") % {
            "fault": fault,
            "vehicle": conn.who,
        }
    return _("%(fault)s, charge of %(vehicle)s interrupted at %(soc)s") % {
        "fault": fault,
        "vehicle": conn.who,
        "soc": quantity(conn.soc_percent, "%"),
    }


def _finishing_note(conn: ConnectorCard, now: datetime) -> str:
    parts = [conn.who, "" if conn.soc_percent is None else quantity(conn.soc_percent, "%")]
    if conn.since is None:
        parts.append(_("to be unplugged"))
    else:
        parts.append(_("to be unplugged since %(time)s") % {"time": clock(conn.since, now)})
    text = " · ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def group_text(group: Group, count: int) -> str:
    """Return the words under the number of connectors in a group."""
    texts = {
        Group.CHARGING: npgettext("connectors", "charging", "charging", count),
        Group.FREE: npgettext("connectors", "free", "free", count),
        Group.WAITING: npgettext("connectors", "waiting", "waiting", count),
        Group.FAULTED: npgettext("connectors", "fault", "faults", count),
        Group.OFFLINE: npgettext("connectors", "offline", "offline", count),
    }
    return texts.get(group, str(group.label))


def headline(*, number: int | None, measured_at: datetime | None, now: datetime) -> str:
    """Return which transaction is shown and how old its values are."""
    parts: list[str] = []
    if number is not None:
        parts.append(_("Transaction %(number)d") % {"number": number})
    if measured_at is not None:
        parts.append(aged(_("measured %(age)s ago"), measured_at, now))
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def command_label(slug: str) -> str:
    """Return the short label of a command's button; empty for those in the menu."""
    labels = {
        "start": _("Start"),
        "stop": _("Stop"),
        "unlock": _("Unlock"),
        "availability": _("Availability"),
        "reset": _("Reset…"),
    }
    return labels.get(slug, "")
