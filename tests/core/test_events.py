from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection

from evkit.core.events import Event, EventBus
from sites.models import Site


@dataclass(frozen=True, slots=True)
class Told(Event):
    number: int


class TestASubscriber:
    @pytest.mark.django_db(transaction=True)
    def test_finds_the_database_again_after_its_connection_was_lost(self):
        found: list[int] = []

        def count(events):
            if events[0].number == 1:
                connection.ensure_connection()
                connection.connection.close()
            found.append(Site.objects.count())
            if events[0].number == 3:
                connection.close()

        bus = EventBus([(Told, count)])
        for number in (1, 2, 3):
            bus.publish([Told(number)])
            assert bus.flush()
        assert found == [0, 0]

    def test_that_fails_keeps_no_other_from_hearing(self):
        heard: list[Event] = []

        def fail(_events):
            raise ValueError("a mistake")

        bus = EventBus([(Told, fail), (Told, heard.extend)])
        bus.publish([Told(1)])
        assert bus.flush()
        assert heard == [Told(1)]
