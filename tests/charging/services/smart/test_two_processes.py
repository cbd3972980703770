"""Several processes may want to balance the same site: the second waits, and finds what the first decided."""

from __future__ import annotations

import pytest

from chargers.models import Command
from tests.charging.services.smart.yard import Yard, only
from tests.support.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_second_waits_and_tells_nobody_anything_again() -> None:
    yard = Yard(limit_a=32.0)
    evses = [only(yard.point()) for _each in range(3)]
    yard.settle(0)
    for evse in evses:
        yard.start(evse, 1)
    before = Command.objects.count()
    with meanwhile(lambda: yard.cycle(2)) as second:
        yard.cycle(2)
        told = Command.objects.count()
        assert told > before
    assert second.result() is not None
    assert Command.objects.count() == told
