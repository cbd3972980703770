"""Half an hour of a real morning at a garage whose limit is far below what its vehicles would take."""

from __future__ import annotations

import pytest

from tests.charging.replay.sessions import DAYS, sessions_of
from tests.charging.replay.world import Measured, Troubles, World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

LIMIT_W = 20_000.0
MORNING = (8 * 3600 + 600, 8 * 3600 + 2400)


def replay(troubles: Troubles, *, starts: int = 2, seed: int = 1) -> Measured:
    world = World(sessions_of(DAYS[1]), limit_w=LIMIT_W, starts=starts, troubles=troubles, seed=seed)
    return world.run(*MORNING)


class TestNeverAboveTheLimit:
    def test_with_latencies_of_up_to_half_a_minute(self) -> None:
        found = replay(Troubles())
        assert found.over_s == 0
        assert found.most_w > 0.7 * LIMIT_W
        assert found.changes_per_session <= 8

    def test_with_answers_that_are_lost(self) -> None:
        found = replay(Troubles(lost=0.2))
        assert found.over_s == 0
        assert found.delivered_wh > 0

    def test_with_charge_points_that_boot_and_that_are_away(self) -> None:
        found = replay(Troubles(reboots=12, absences=20, absent_s=600))
        assert found.over_s == 0

    def test_when_evkit_is_killed_and_comes_back(self) -> None:
        found = replay(Troubles(dead=((8 * 3600 + 900, 8 * 3600 + 1100),)))
        assert found.over_s == 0


def test_charge_points_that_do_not_obey_are_made_up_for() -> None:
    """For a moment nobody can know; then the others have given way."""
    found = replay(Troubles(disobedient=0.15, latency_s=(2.0, 10.0)))
    assert found.longest_over_s <= 30
    assert found.over_s <= 60
