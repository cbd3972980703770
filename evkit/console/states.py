"""What a connector or charge point shows: one state, its group and its words."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(StrEnum):
    """Shown state; the value is the symbol's class without ``is-``."""

    IDLE = "idle"
    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_EV = "susp-ev"
    SUSPENDED_SITE = "susp-site"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    OFFLINE = "offline"

    @property
    def label(self) -> Promise:
        """Return the state in words."""
        return LABELS[self]

    @property
    def group(self) -> Group:
        """Return the filter group the state belongs to."""
        return GROUPS.get(self, Group.OTHER)


class Group(StrEnum):
    """Groups of states by which an overview is filtered and counted."""

    CHARGING = "charging"
    FREE = "free"
    WAITING = "waiting"
    RESERVED = "reserved"
    FAULTED = "faulted"
    OFFLINE = "offline"
    OTHER = "other"

    @property
    def label(self) -> Promise:
        """Return the group's name as a filter shows it."""
        return GROUP_LABELS[self]

    @property
    def symbol(self) -> State | None:
        """Return the state whose symbol stands for the group."""
        return GROUP_SYMBOLS.get(self)


LABELS: Final[dict[State, Promise]] = {
    State.IDLE: _("Free"),
    State.PREPARING: _("Preparing"),
    State.CHARGING: _("Charging"),
    State.SUSPENDED_EV: _("Suspended by the vehicle"),
    State.SUSPENDED_SITE: _("Suspended by the site"),
    State.FINISHING: _("Charge ended"),
    State.RESERVED: _("Reserved"),
    State.UNAVAILABLE: _("Unavailable"),
    State.FAULTED: _("Faulted"),
    State.OFFLINE: _("Offline"),
}

GROUPS: Final = {
    State.IDLE: Group.FREE,
    State.CHARGING: Group.CHARGING,
    State.PREPARING: Group.WAITING,
    State.SUSPENDED_EV: Group.WAITING,
    State.SUSPENDED_SITE: Group.WAITING,
    State.RESERVED: Group.RESERVED,
    State.FAULTED: Group.FAULTED,
    State.OFFLINE: Group.OFFLINE,
}

GROUP_LABELS: Final[dict[Group, Promise]] = {
    Group.CHARGING: pgettext_lazy("connectors", "Charging"),
    Group.FREE: pgettext_lazy("connectors", "Free"),
    Group.WAITING: pgettext_lazy("connectors", "Waiting"),
    Group.RESERVED: pgettext_lazy("connectors", "Reserved"),
    Group.FAULTED: pgettext_lazy("connectors", "Faulted"),
    Group.OFFLINE: pgettext_lazy("connectors", "Offline"),
    Group.OTHER: pgettext_lazy("connectors", "Others"),
}

GROUP_SYMBOLS: Final = {
    Group.CHARGING: State.CHARGING,
    Group.FREE: State.IDLE,
    Group.WAITING: State.SUSPENDED_SITE,
    Group.RESERVED: State.RESERVED,
    Group.FAULTED: State.FAULTED,
    Group.OFFLINE: State.OFFLINE,
}

OCPP_STATES: Final = {
    "Available": State.IDLE,
    "Preparing": State.PREPARING,
    "Charging": State.CHARGING,
    "SuspendedEV": State.SUSPENDED_EV,
    "SuspendedEVSE": State.SUSPENDED_SITE,
    "Finishing": State.FINISHING,
    "Reserved": State.RESERVED,
    "Unavailable": State.UNAVAILABLE,
    "Faulted": State.FAULTED,
    "Occupied": State.PREPARING,
}

URGENCY: Final = (
    State.FAULTED,
    State.CHARGING,
    State.SUSPENDED_SITE,
    State.SUSPENDED_EV,
    State.PREPARING,
    State.FINISHING,
    State.RESERVED,
    State.IDLE,
    State.UNAVAILABLE,
    State.OFFLINE,
)


def connector_state(*, status: str, online: bool) -> State:
    """Return the state of a connector from its OCPP status; offline wins over every status."""
    if not online:
        return State.OFFLINE
    return OCPP_STATES.get(status, State.UNAVAILABLE)


def charge_point_state(*, own_status: str, connectors: list[State], online: bool) -> State:
    """Return the state of a whole charge point: the most telling one of its connectors.

    Its own status (OCPP 1.6 connector 0) wins when it is faulted or unavailable.
    """
    if not online:
        return State.OFFLINE
    own = OCPP_STATES.get(own_status)
    if own in {State.FAULTED, State.UNAVAILABLE}:
        return own
    return min(connectors, key=URGENCY.index, default=own or State.IDLE)
