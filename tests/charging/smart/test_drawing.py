from __future__ import annotations

import pytest

from charging.smart.drawing import Draw, certain, draw_of_power


def draw(power_w: float, offered: float | None, phases: int = 3) -> Draw:
    return draw_of_power(power_w, voltage_v=230.0, phases=phases, hardware=32.0, offered=offered, step=1.0)


def test_what_is_measured_in_the_unit_of_the_connector_is_certain() -> None:
    assert certain(16.0) == Draw(16.0, 16.0, 16.0)


@pytest.mark.parametrize(
    ("amperes", "used", "offered", "expected"),
    [
        (16.0, 1, 16.0, (16 / 3, 16.0, 16.0)),  # a hybrid takes all that it is offered
        (16.0, 2, 16.0, (32 / 3, 16.0, 32.0)),
        (16.0, 3, 16.0, (16.0, 16.0, 24.0)),
        (16.0, 3, 32.0, (16.0, 16.0, 24.0)),  # leaves half of it
        (32.0, 1, 16.0, (32 / 3, 16.0, 32.0)),  # may not have followed yet
        (32.0, 3, 32.0, (32.0, 32.0, 32.0)),  # on no phase flows more than the hardware
        (6.0, 1, None, (2.0, 2.0, 6.0)),
        (0.0, 1, 16.0, (0.0, 0.0, 0.0)),
    ],
)
def test_a_power_may_flow_on_one_phase_or_on_several(amperes, used, offered, expected) -> None:
    found = draw(amperes * used * 230, offered)
    assert (found.least, found.likely, found.most) == pytest.approx(expected)


def test_a_connector_of_one_phase_leaves_nothing_open() -> None:
    assert draw(16 * 230, 20.0, phases=1) == certain(16.0)
