"""The list of a site's connectors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charging.models import Transaction
from evkit.console import drawing
from evkit.console.cards import ConnectorCard
from evkit.console.formats import NARROW, number
from evkit.console.selectors.overview import charge_point_url, connector_card
from evkit.console.selectors.procedure import brief_procedure
from evkit.console.selectors.shown import RankedEvse
from evkit.console.states import State
from evkit.console.steps import StepMark, present, steps
from evkit.console.tables import cells
from evkit.console.tables.base import ListTable
from evkit.console.tables.columns import Column
from evkit.console.vehicle_links import linked

ABNORMAL = frozenset({State.FAULTED, State.OFFLINE})


class ConnectorTable(ListTable):
    """Connectors: state, vehicle, state of charge, power, limit."""

    connector = Column(_("Connector"), sort=("charge_point__identity", "number"), css="main-cell")
    state = Column(_("State"), sort=("rank",), live=True)
    since = Column(pgettext_lazy("state", "For"), "state__status_since", number=True, live=True)
    step = Column(_("Sequence"), live=True)
    vehicle = Column(_("Vehicle or badge"))
    soc = Column(_("SoC"), number=True)
    power = Column(_("Power (kW)"), sort=("drawn_w",), number=True, live=True)
    limit = Column(_("Limit (kW)"), number=True)
    energy = Column(_("Energy (kWh)"), number=True)
    zone = Column(_("Zone"), "charge_point__zone", css="yields")
    group = Column(_("Schedule groups"), css="yields")
    feeder = Column(_("Feeder"), "charge_point__feeder__code", usual=False)
    current = Column(_("Current type"), "current", usual=False)
    maximum = Column(_("Maximum (kW)"), number=True, usual=False)
    priority = Column(_("Priority"), "priority", number=True, usual=False)
    transaction = Column(_("Transaction"), number=True, usual=False)
    measured = Column(_("Measured"), "state__measured_at", number=True, usual=False, live=True)

    def card(self, record: RankedEvse) -> ConnectorCard:
        """Return the card of a row, made once."""
        known: ConnectorCard | None = getattr(record, "card", None)
        if known is None:
            row = record.charge_point
            link = getattr(row, "state", None)
            known = connector_card(
                record,
                self.running(record),
                site=row.site,
                online=link is not None and link.connected,
                voltage_v=row.site.voltage_v if row.site else 230.0,
            )
            record.card = known  # type: ignore[attr-defined]  # one card per row
        return known

    @staticmethod
    def running(record: RankedEvse) -> Transaction | None:
        """Return the transaction that runs on a row."""
        loaded: list[Transaction] = getattr(record, "running", [])
        return loaded[0] if loaded else None

    def row_state(self, record: Any) -> str:
        """Return the shown state of faulted and offline connectors."""
        state = self.card(record).state
        return f"is-{state}" if state in ABNORMAL else ""

    def render_connector(self, record: RankedEvse) -> str:
        """Draw the symbol with the charge point, and the number where it has several."""
        row = record.charge_point
        href = f"{charge_point_url(row)}?connector={record.number}"
        name = row.name or row.identity
        if getattr(record, "accompanied", True):
            name = f"{name} / {record.number}"
        return cells.named("connector", self.card(record).state, href, name, key=record.pk)

    def value_connector(self, record: RankedEvse) -> str:
        """Return identity and number."""
        return f"{record.charge_point.identity}/{record.number}"

    def render_state(self, record: RankedEvse) -> str:
        """Tell the state and the fault."""
        card = self.card(record)
        if not card.fault:
            return str(card.state.label)
        return format_html('{}<small class="sub">{}</small>', card.state.label, card.fault)

    def value_state(self, record: RankedEvse) -> str:
        """Return the state in words, with the fault."""
        card = self.card(record)
        return f"{card.state.label}: {card.fault}" if card.fault else str(card.state.label)

    def render_since(self, record: RankedEvse) -> str:
        """Tell for how long the state shown has lasted."""
        return cells.age(self.value_since(record), self.now)

    def value_since(self, record: RankedEvse) -> datetime | None:
        """Return when the state shown began: an offline one with the link's loss."""
        card = self.card(record)
        if card.state is not State.OFFLINE:
            return card.since
        link = getattr(record.charge_point, "state", None)
        return None if link is None else link.disconnected_at

    def steps(self, record: RankedEvse) -> list[StepMark]:
        """Return the steps of a row, without what only their page tells."""
        return steps(brief_procedure(record, self.running(record)), self.now)

    def render_step(self, record: RankedEvse) -> str:
        """Draw the sequence of procedures, and name the present step."""
        marks = self.steps(record)
        here = present(marks)
        dots = drawing.step_dots(tuple(mark.progress for mark in marks))
        return format_html('<span class="cell" title="{}">{}{}</span>', here.text, dots, here.name)

    def value_step(self, record: RankedEvse) -> str:
        """Return the name of the present step."""
        return present(self.steps(record)).name

    def value_vehicle(self, record: RankedEvse) -> str:
        """Return the vehicle, else the badge, that is there."""
        card = self.card(record)
        return card.who if card.occupied else ""

    def render_vehicle(self, record: RankedEvse) -> str:
        """Lead to the vehicle's page."""
        card = self.card(record)
        return linked(card.who, card.vehicle_href) if card.occupied else cells.QUIET

    def render_soc(self, record: RankedEvse) -> str:
        """Draw the battery with its state of charge."""
        soc = self.value_soc(record)
        if soc is None:
            return cells.QUIET
        return format_html(
            '<span class="cell cell--end">{}{}</span>', drawing.battery(soc), f"{number(soc)}{NARROW}%"
        )

    def value_soc(self, record: RankedEvse) -> float | None:
        """Return the state of charge of the vehicle there, in percent."""
        card = self.card(record)
        return card.soc_percent if card.occupied else None

    def render_power(self, record: RankedEvse) -> str:
        """Draw the power against limit and maximum; nothing where nothing charges."""
        card = self.card(record)
        if not card.busy:
            return cells.QUIET
        return cells.power(card.power_w, limit_w=card.limit_w, max_w=card.max_w)

    def value_power(self, record: RankedEvse) -> float | None:
        """Return the power in kW; None while it is not known."""
        card = self.card(record)
        return None if card.state is State.OFFLINE else card.power_w / 1000

    def render_limit(self, record: RankedEvse) -> str:
        """Tell the limit."""
        limit = self.card(record).limit_w
        return cells.QUIET if limit is None else number(limit / 1000, 1)

    def value_limit(self, record: RankedEvse) -> float | None:
        """Return the limit that the charge point accepted last, in kW."""
        limit = self.card(record).limit_w
        return None if limit is None else limit / 1000

    def render_energy(self, record: RankedEvse) -> str:
        """Tell the energy of the running transaction."""
        energy = self.value_energy(record)
        return cells.QUIET if energy is None else number(energy, 1)

    def value_energy(self, record: RankedEvse) -> float | None:
        """Return the energy of the running transaction in kWh."""
        transaction = self.running(record)
        return transaction.energy_wh / 1000 if transaction and self.card(record).occupied else None

    def value_group(self, record: RankedEvse) -> str:
        """Return numbers and names of the schedule groups."""
        return ", ".join(f"{group.number} {group.name}".strip() for group in record.groups.all())

    def render_maximum(self, record: RankedEvse) -> str:
        """Tell what the connector can deliver."""
        return cells.kilowatts(self.card(record).max_w)

    def value_maximum(self, record: RankedEvse) -> float | None:
        """Return what the connector can deliver, in kW."""
        most = self.card(record).max_w
        return None if most is None else most / 1000

    def value_transaction(self, record: RankedEvse) -> int | None:
        """Return the number of the running transaction."""
        return self.card(record).transaction

    def render_measured(self, record: RankedEvse) -> str:
        """Tell how old the measured values are."""
        return cells.age(self.card(record).measured_at, self.now)
