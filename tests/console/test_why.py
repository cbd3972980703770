from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evkit.console.cards import ConnectorCard
from evkit.console.commands.catalogue import COMMANDS
from evkit.console.states import State
from evkit.console.why import why_not_charging
from tests.console.depot import NOW
from tests.console.test_cards import card


def answer(state: State, **fields: Any) -> tuple[str, str] | None:
    conn = ConnectorCard(number=1, state=state, **fields)
    why = why_not_charging(card("A_001", conn, last_seen_at=NOW - timedelta(hours=2)), conn, NOW)
    return None if why is None else (why.sentence.replace("\u202f", " "), why.command)


class TestWhyNotCharging:
    @pytest.mark.parametrize("state", [State.CHARGING, State.IDLE])
    def test_is_not_asked_when_nothing_is_wrong(self, state: State) -> None:
        assert answer(state) is None

    @pytest.mark.parametrize(
        ("state", "fields", "expected"),
        [
            (State.FAULTED, {"fault": "Earth fault"},
             ("Earth fault. Charging is impossible until the fault is gone.", "reset")),
            (State.SUSPENDED_EV, {"vehicle": "Bus 231", "soc_percent": 97}, ("Bus 231 is full: 97 %.", "")),
            (State.SUSPENDED_SITE, {"vehicle": "Bus 223", "limit_w": 0},
             ("Bus 223 waits: its limit is 0.0 kW, too little to charge.", "limit")),
            (State.PREPARING, {}, ("A vehicle is plugged in, but no badge was presented.", "start")),
            (State.UNAVAILABLE, {}, ("The connector is out of service.", "availability")),
        ],
    )  # fmt: skip
    def test_names_the_cause_and_the_command_that_mends_it(
        self, state: State, fields: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        assert answer(state, **fields) == expected

    def test_tells_how_long_the_connection_has_been_lost(self) -> None:
        found = answer(State.OFFLINE)
        assert found is not None
        assert found[0].startswith("No connection for 2 h 00 min.")

    @pytest.mark.parametrize("state", list(State))
    def test_every_command_it_proposes_exists(self, state: State) -> None:
        found = answer(state)
        assert found is None or found[1] in {"", *COMMANDS}
