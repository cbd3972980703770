"""Read-only columns of the administration: what charge points and connectors report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState

CHARGE_POINT_FACTS = (
    "online",
    "connected_since",
    "last_seen",
    "protocol",
    "status",
    "make",
    "serial_number",
    "firmware",
    "meter",
    "booted",
    "clock_offset",
    "reboot_required",
)
EVSE_FACTS = ("state_text", "power", "limit")


def _state(charge_point: ChargePoint) -> ChargePointState:
    """Return the live state; an empty one for a charge point that is just being added."""
    return getattr(charge_point, "state", None) or ChargePointState()


class ChargePointFacts:
    """Columns about the live state of a charge point."""

    @admin.display(description=_("online"), boolean=True, ordering="state__connected")
    def online(self, charge_point: ChargePoint) -> bool:
        """Whether its socket is open."""
        return _state(charge_point).connected

    @admin.display(description=_("connected since"))
    def connected_since(self, charge_point: ChargePoint) -> datetime | None:
        """When its socket was opened."""
        state = _state(charge_point)
        return state.connected_at if state.connected else None

    @admin.display(description=_("last seen"), ordering="state__last_seen_at")
    def last_seen(self, charge_point: ChargePoint) -> datetime | None:
        """When it was heard last."""
        return _state(charge_point).last_seen_at

    @admin.display(description=_("protocol"))
    def protocol(self, charge_point: ChargePoint) -> str:
        """The version of OCPP it speaks."""
        return _state(charge_point).protocol

    @admin.display(description=_("status"), ordering="state__status")
    def status(self, charge_point: ChargePoint) -> str:
        """Its own status, with the error if there is one."""
        state = _state(charge_point)
        error = state.error_code if state.error_code not in {"", "NoError"} else ""
        return " ".join(filter(None, [state.get_status_display(), error, state.info]))

    @admin.display(description=_("make and model"), ordering="state__vendor")
    def make(self, charge_point: ChargePoint) -> str:
        """Who made it."""
        state = _state(charge_point)
        return f"{state.vendor} {state.model}".strip()

    @admin.display(description=_("serial number"))
    def serial_number(self, charge_point: ChargePoint) -> str:
        """Its serial number."""
        return _state(charge_point).serial_number

    @admin.display(description=_("firmware"), ordering="state__firmware_version")
    def firmware(self, charge_point: ChargePoint) -> str:
        """Its firmware."""
        return _state(charge_point).firmware_version

    @admin.display(description=_("meter"))
    def meter(self, charge_point: ChargePoint) -> str:
        """Its meter."""
        state = _state(charge_point)
        return f"{state.meter_type} {state.meter_serial_number}".strip()

    @admin.display(description=_("last boot"), ordering="state__booted_at")
    def booted(self, charge_point: ChargePoint) -> datetime | None:
        """When it started last."""
        return _state(charge_point).booted_at

    @admin.display(description=_("clock offset (s)"))
    def clock_offset(self, charge_point: ChargePoint) -> str:
        """How far its clock is ahead."""
        offset = _state(charge_point).clock_offset_s
        return "" if offset is None else f"{offset:+.0f}"

    @admin.display(description=_("reboot required"), boolean=True)
    def reboot_required(self, charge_point: ChargePoint) -> bool:
        """Whether changed configuration waits for a reboot."""
        return _state(charge_point).reboot_required

    @admin.display(description=_("password set"), boolean=True)
    def has_password(self, charge_point: ChargePoint) -> bool:
        """Whether it must present a password."""
        return bool(charge_point.password_digest)


class EvseFacts:
    """Columns about the live state of a connector."""

    def get_queryset(self, request: Any) -> Any:
        """Load the live state in the same query."""
        return super().get_queryset(request).select_related("state", "charge_point")  # type: ignore[misc]

    @admin.display(description=_("status"))
    def state_text(self, evse: Evse) -> str:
        """Its status, with the error if there is one."""
        state = _evse_state(evse)
        error = state.error_code if state.error_code not in {"", "NoError"} else ""
        return " ".join(filter(None, [state.get_status_display(), error]))

    @admin.display(description=_("power (W)"))
    def power(self, evse: Evse) -> str:
        """What it delivers now."""
        power_w = _evse_state(evse).power_w
        return "" if power_w is None else f"{power_w:.0f}"

    @admin.display(description=_("limit"))
    def limit(self, evse: Evse) -> str:
        """What the charge point was told and accepted last."""
        state = _evse_state(evse)
        if state.limit_w is not None:
            return f"{state.limit_w:.0f} W"
        return "" if state.limit_a is None else f"{state.limit_a:.1f} A"


def _evse_state(evse: Evse) -> EvseState:
    return getattr(evse, "state", None) or EvseState()
