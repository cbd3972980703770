from __future__ import annotations

import pytest

from sites.models import Site
from sites.ranges import DAYS
from tests.chargers.exchange import NOW
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db

HOUR_S = 3600 - NOW.minute * 60 - NOW.second
"""From NOW to the next full hour."""


def test_a_weekly_limit_holds_from_a_minute_before_its_hours_until_their_end() -> None:
    yard = Yard(limit_a=63, timezone="UTC")
    begin, end = at(HOUR_S), at(HOUR_S + 3600)
    hours = {"days": [DAYS[begin.weekday()]], "from": f"{begin:%H:%M}", "to": f"{end:%H:%M}"}
    Site.objects.update(limit_schedule=[{"value": 20, "unit": "A", "ranges": [hours]}])
    evse = only(yard.point())
    yard.start(evse)
    yard.settle(10)
    assert yard.row(evse).target == 32
    yard.settle(HOUR_S - 50)
    assert yard.row(evse).target == 20
    yard.settle(HOUR_S + 3550)
    assert yard.row(evse).target == 20
    yard.settle(HOUR_S + 3601)
    assert yard.row(evse).target == 32


def test_the_stricter_of_current_and_power_counts() -> None:
    yard = Yard(limit_a=63)
    always = {"days": list(DAYS), "from": "00:00", "to": "24:00"}
    Site.objects.update(limit_schedule=[{"value": 10 * 3 * 230, "unit": "W", "ranges": [always]}])
    evse = only(yard.point())
    yard.start(evse)
    yard.settle(10)
    assert yard.row(evse).target == 10
