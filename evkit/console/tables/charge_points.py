"""The list of a site's charge points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chargers.models import ChargePointState
from evkit.console import drawing, wording
from evkit.console.cards import ChargePointCard
from evkit.console.selectors.overview import charge_point_card
from evkit.console.selectors.shown import RankedChargePoint
from evkit.console.states import State
from evkit.console.tables import cells
from evkit.console.tables.base import ListTable
from evkit.console.tables.columns import Column


class ChargePointTable(ListTable):
    """Charge points: state, connectors, power, make and link."""

    identity = Column(_("Charge point"), "identity", css="main-cell")
    state = Column(_("State"), sort=("rank",), live=True)
    connectors = Column(_("Connectors"))
    power = Column(_("Power (kW)"), sort=("drawn_w",), number=True, live=True)
    zone = Column(_("Zone"), "zone")
    make = Column(_("Make and model"), sort=("state__vendor", "state__model"))
    firmware = Column(_("Firmware"), "state__firmware_version")
    seen = Column(_("Last heard"), "state__last_seen_at", number=True, live=True)
    connected = Column(
        pgettext_lazy("charge point", "Connected for"), sort=("state__connected_at",), usual=False,
        number=True, live=True,
    )  # fmt: skip
    protocol = Column(_("Protocol"), "state__protocol", usual=False)
    serial = Column(_("Serial number"), "state__serial_number", usual=False)
    feeder = Column(_("Feeder"), "feeder__code")
    maximum = Column(_("Maximum (kW)"), number=True, usual=False)

    def card(self, record: RankedChargePoint) -> ChargePointCard:
        """Return the card of a row, made once."""
        known: ChargePointCard | None = getattr(record, "card", None)
        if known is None:
            known = charge_point_card(record, {}, record.site.voltage_v if record.site else 230.0)
            record.card = known  # type: ignore[attr-defined]  # one card per row
        return known

    def row_state(self, record: Any) -> str:
        """Return the shown state of faulted and offline charge points."""
        state = self.card(record).state
        return f"is-{state}" if state in {State.FAULTED, State.OFFLINE} else ""

    def render_identity(self, record: RankedChargePoint) -> str:
        """Draw the symbol with the name and, below it, the identity."""
        card = self.card(record)
        below = card.identity if card.name else ""
        return cells.named("charge-point", card.state, card.href, card.title, below, record.pk)

    def render_state(self, record: RankedChargePoint) -> str:
        """Tell the state, for how long where it is abnormal, and the fault."""
        card = self.card(record)
        fault = card.fault or (card.faulty.fault if card.faulty else "")
        if card.state is not State.FAULTED or not fault:
            return wording.card_state(card, self.now)
        return format_html('{}<small class="sub">{}</small>', wording.card_state(card, self.now), fault)

    def value_state(self, record: RankedChargePoint) -> str:
        """Return the state in words."""
        return str(self.card(record).state.label)

    def render_connectors(self, record: RankedChargePoint) -> str:
        """Draw the symbol of every connector."""
        drawn = ((drawing.symbol("connector", "list", c.state),) for c in self.card(record).connectors)
        return format_html('<span class="cell cell--tight">{}</span>', format_html_join("", "{}", drawn))

    def value_connectors(self, record: RankedChargePoint) -> str:
        """Return number and state of every connector."""
        return ", ".join(f"{c.number}: {c.state.label}" for c in self.card(record).connectors)

    def render_power(self, record: RankedChargePoint) -> str:
        """Draw the power against what the charge point can deliver."""
        card = self.card(record)
        return cells.power(card.power_w if card.online else None, max_w=self.maximum_w(record))

    def value_power(self, record: RankedChargePoint) -> float | None:
        """Return the power in kW; None while it is not known."""
        card = self.card(record)
        return card.power_w / 1000 if card.online else None

    def value_make(self, record: RankedChargePoint) -> str:
        """Return vendor and model."""
        state: ChargePointState | None = getattr(record, "state", None)
        return "" if state is None else f"{state.vendor} {state.model}".strip()

    def render_seen(self, record: RankedChargePoint) -> str:
        """Tell how long ago the charge point was heard."""
        state: ChargePointState | None = getattr(record, "state", None)
        return cells.age(None if state is None else state.last_seen_at, self.now)

    def render_connected(self, record: RankedChargePoint) -> str:
        """Tell for how long the charge point has been connected."""
        return cells.age(self.value_connected(record), self.now)

    def value_connected(self, record: RankedChargePoint) -> datetime | None:
        """Return since when the charge point has been connected; None while it is not."""
        state: ChargePointState | None = getattr(record, "state", None)
        return state.connected_at if state is not None and state.connected else None

    def value_protocol(self, record: RankedChargePoint) -> str:
        """Return the protocol with its version."""
        state: ChargePointState | None = getattr(record, "state", None)
        return f"OCPP {state.protocol}" if state is not None and state.protocol else ""

    def render_maximum(self, record: RankedChargePoint) -> str:
        """Tell what the charge point can deliver."""
        return cells.kilowatts(self.maximum_w(record))

    def value_maximum(self, record: RankedChargePoint) -> float | None:
        """Return what the charge point can deliver, in kW."""
        most = self.maximum_w(record)
        return None if most is None else most / 1000

    def maximum_w(self, record: RankedChargePoint) -> float | None:
        """Return what the charge point, else all its connectors together can deliver, in W."""
        rated = [c.max_w for c in self.card(record).connectors if c.max_w is not None]
        return record.max_power_w or (sum(rated) if rated else None)
