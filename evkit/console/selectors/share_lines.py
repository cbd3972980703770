"""One connector of a site as the page of smart charging shows it."""

from __future__ import annotations

from dataclasses import dataclass

from chargers.models import Evse
from chargers.types import Current
from charging.models import ChargeOverride, ConnectorLimit, Transaction
from charging.priorities import priority_of
from charging.smart.planner import Why
from evkit.console.cards import ConnectorCard
from evkit.console.selectors.overview import charge_point_url
from evkit.console.states import State
from evkit.core.units import amperes_to_watts
from sites.models import ScheduleGroup


@dataclass(frozen=True, slots=True)
class Line:
    """One connector: limits and power in W, `why` in words.

    `requested_w` is what it is to have once all is obeyed, `row` what smart charging knows of it. `rule` is
    how it takes part in sharing (`Distribution`).
    """

    evse: Evse
    card: ConnectorCard
    requested_w: float | None
    accepted_w: float | None
    max_w: float
    row: ConnectorLimit | None = None
    why: str = ""
    charge: Transaction | None = None
    override: ChargeOverride | None = None
    groups: tuple[ScheduleGroup, ...] = ()

    @property
    def href(self) -> str:
        """The address of its charge point."""
        return charge_point_url(self.evse.charge_point)

    @property
    def priority(self) -> int:
        """Who is served before whom."""
        return priority_of(self.evse, self.charge)

    @property
    def voltage_v(self) -> float:
        """The nominal voltage of its site."""
        site = self.evse.charge_point.site
        assert site is not None
        return site.voltage_v

    @property
    def rule(self) -> str:
        """How it takes part in sharing: by its own rule, else that of a group, else that of its site."""
        site = self.evse.charge_point.site
        own = [self.evse.distribution, *(group.distribution for group in self.groups)]
        return next(filter(None, own), site.distribution if site else "")

    @property
    def waits(self) -> bool:
        """Whether it waits until the site has power for it."""
        return self.row is not None and self.row.why == Why.NO_ROOM

    @property
    def online(self) -> bool:
        """Whether its charge point is connected."""
        return self.card.state is not State.OFFLINE


def watts_of(evse: Evse, setting: float | None) -> float | None:
    """Return a setting of a connector in W: A of each phase for AC."""
    site = evse.charge_point.site
    if setting is None or evse.current == Current.DC or site is None:
        return setting
    return amperes_to_watts(setting, phases=evse.phases, voltage_v=site.voltage_v)
