from __future__ import annotations

import pytest

from chargers.types import ConnectorStatus
from evkit.console.states import Group, State, charge_point_state, connector_state


class TestConnectorState:
    @pytest.mark.parametrize("status", [s for s in ConnectorStatus.values if s])
    def test_every_ocpp_status_has_a_state_of_its_own_when_online(self, status: str) -> None:
        state = connector_state(status=status, online=True)
        assert (state is State.UNAVAILABLE) == (status == "Unavailable")

    def test_offline_wins_over_every_status(self) -> None:
        assert connector_state(status="Faulted", online=False) is State.OFFLINE

    @pytest.mark.parametrize("status", ["", "Parking"])
    def test_an_unknown_status_counts_as_unavailable(self, status: str) -> None:
        assert connector_state(status=status, online=True) is State.UNAVAILABLE


class TestChargePointState:
    def test_shows_the_most_telling_connector(self) -> None:
        states = [State.IDLE, State.CHARGING, State.PREPARING]
        assert charge_point_state(own_status="Available", connectors=states, online=True) is State.CHARGING

    def test_a_fault_of_one_connector_shows(self) -> None:
        states = [State.CHARGING, State.FAULTED]
        assert charge_point_state(own_status="", connectors=states, online=True) is State.FAULTED

    def test_its_own_fault_wins_over_its_connectors(self) -> None:
        state = charge_point_state(own_status="Faulted", connectors=[State.IDLE], online=True)
        assert state is State.FAULTED

    def test_offline_wins_over_everything(self) -> None:
        state = charge_point_state(own_status="Faulted", connectors=[State.CHARGING], online=False)
        assert state is State.OFFLINE

    def test_without_connectors_its_own_status_shows(self) -> None:
        assert charge_point_state(own_status="Reserved", connectors=[], online=True) is State.RESERVED


class TestGroup:
    def test_every_state_belongs_to_a_group_with_a_label(self) -> None:
        assert {state.group for state in State} <= set(Group)
        assert all(str(group.label) for group in Group)
