from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import LogEntry
from history.recorders import write_messages
from history.selectors import read_messages
from history.types import Direction
from tests.chargers.exchange import NOW
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def charge_points():
    for pk in (1, 2, 3):
        ChargePointFactory(pk=pk)


def log(charge_point_id, number, *, answer=None, **more):
    at = NOW + timedelta(seconds=number)
    write_messages(
        [
            LogEntry(
                charge_point_id=charge_point_id,
                at=at,
                sequence=number,
                outgoing=False,
                message_id=f"m{number}",
                action="Heartbeat",
                frame=f"call {number}",
                answer=answer,
                answered_at=at + timedelta(milliseconds=5) if answer else None,
                **more,
            )
        ]
    )


def frames(page):
    return [each.frame for each in page.frames]


class TestReadMessages:
    def test_newest_first_with_answers_as_frames_of_their_own(self):
        log(1, 1, answer="answer 1", deviations=(Deviation("c", "Heartbeat", "d"),))
        log(1, 2)
        page = read_messages(charge_point_ids=[1])
        assert frames(page) == ["call 2", "answer 1", "call 1"]
        assert [each.direction for each in page.frames] == [Direction.IN, Direction.OUT, Direction.IN]
        assert page.frames[1].at == NOW + timedelta(seconds=1, milliseconds=5)
        assert page.frames[1].message_id == "m1"
        assert page.frames[1].deviations == ()
        assert page.frames[2].deviations == ({"code": "c", "detail": "d"},)
        assert page.next is None

    def test_only_the_charge_points_and_the_time_asked_for(self):
        log(1, 1)
        log(2, 2)
        log(3, 3)
        log(1, 4)
        assert frames(read_messages(charge_point_ids=[1, 2])) == ["call 4", "call 2", "call 1"]
        assert frames(read_messages(since=NOW + timedelta(seconds=3))) == ["call 4", "call 3"]
        assert frames(read_messages(charge_point_ids=[])) == []

    def test_pages_follow_each_other_without_gap_or_overlap(self):
        for number in range(1, 8):
            log(1, number)
        seen, position = [], None
        while True:
            page = read_messages(before=position, limit=3)
            seen.append(frames(page))
            position = page.next
            if position is None:
                break
        assert seen == [
            ["call 7", "call 6", "call 5"],
            ["call 4", "call 3", "call 2"],
            ["call 1"],
        ]

    def test_finds_old_messages_of_quiet_charge_points(self):
        for number, days in enumerate((0, 1, 40, 4000), start=1):
            log(1 + number % 2, -days * 86_400 + number)
        page = read_messages(limit=3)
        assert frames(page) == [f"call {1}", f"call {-86_400 + 2}", f"call {-40 * 86_400 + 3}"]
        assert frames(read_messages(before=page.next)) == [f"call {-4000 * 86_400 + 4}"]

    def test_nothing_logged_is_an_empty_page(self):
        assert read_messages().frames == ()
