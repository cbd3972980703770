"""The drawing of a charge point: names stay within it."""

from __future__ import annotations

import re

import pytest

from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.plan import WIDTH, plan_drawing
from evkit.console.states import State

LETTER = 8.7
"""Width in px of a capital letter or digit of 13 px, semibold, at most on average."""


def names(who: str, connectors: int) -> list[tuple[float, str]]:
    """Return where the names of vehicles begin in the drawing of a charge point, and the names."""
    places = [
        ConnectorCard(number=number, state=State.CHARGING, power_w=7_000, limit_w=7_000, id_tag=who)
        for number in range(1, connectors + 1)
    ]
    card = ChargePointCard(
        pk=1, identity="A", name="", zone="", href="/", state=State.CHARGING, connectors=tuple(places)
    )
    drawn = re.findall(r'<text class="plan__text" x="(\d+)" y="\d+">([^<]*)', plan_drawing(card))
    return [(float(x), name) for x, name in drawn]


@pytest.mark.parametrize("connectors", [1, 2, 3, 4])
@pytest.mark.parametrize("who", ["Bus 212", "CAFE0001", "B4A63CDF2212", "04E5B92F82504CFFFF11"])
def test_no_name_leaves_the_drawing(who: str, connectors: int) -> None:
    drawn = names(who, connectors)
    assert len(drawn) == connectors
    for x, name in drawn:
        assert x + LETTER * len(name) <= WIDTH
        assert name == who or (name.endswith("…") and who.startswith(name[:-1]))


def test_a_badge_of_twelve_digits_is_told_whole() -> None:
    assert names("B4A63CDF2212", 3) == [(164.0, "B4A63CDF2212")] * 3
