from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evkit.console.selectors.messages import (
    EPOCH,
    PAGE,
    Key,
    MessageFilter,
    counterpart,
    find_message,
    last_messages,
    message_page,
    newer_messages,
)
from history.models import Message
from history.types import Direction

NOW = datetime(2026, 11, 17, 13, 0, tzinfo=UTC)
POINT = 7


def add(sequence, *, ago=timedelta(), action="Heartbeat", direction=Direction.IN, **fields):
    values = {
        "message_id": f"m{sequence}",
        "frame": f'[2,"m{sequence}","{action}",{{}}]',
        "charge_point_id": POINT,
        **fields,
    }
    return Message.objects.create(
        at=NOW - ago, sequence=sequence, action=action, direction=direction, **values
    )


class TestKey:
    @given(st.integers(0, 4 * 10**15), st.integers(0, 10**17))
    def test_is_read_as_it_was_written(self, micros, sequence):
        key = Key(EPOCH + timedelta(microseconds=micros), sequence)
        assert Key.read(str(key)) == key

    @pytest.mark.parametrize(
        "text", ["", "1", "-1", "1-", "a-b", "1-2-3", "9" * 30 + "-1", "9" * 18 + "-1", "١-٢"]
    )
    def test_anything_else_is_none(self, text):
        assert Key.read(text) is None

    def test_begins_in_1970(self):
        assert str(Key(EPOCH, 3)) == "0-3"


@pytest.mark.django_db
class TestMessagePage:
    def test_pages_meet_without_a_gap_even_at_the_same_moment(self):
        for sequence in range(PAGE + 5):
            add(sequence)
        first = message_page(POINT, MessageFilter(), NOW)
        second = message_page(POINT, MessageFilter(), NOW, first.older)
        keys = [line.key.sequence for line in (*first.lines, *second.lines)]
        assert keys == list(range(PAGE + 4, -1, -1))
        assert second.older is None

    def test_frames_of_others_are_left_out(self):
        add(1, charge_point_id=POINT + 1)
        assert message_page(POINT, MessageFilter(), NOW).lines == []

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (MessageFilter(action="Reset"), [3]),
            (MessageFilter(direction=Direction.OUT), [3]),
            (MessageFilter(deviating=True), [2]),
            (MessageFilter(query="needle"), [2, 1]),
            (MessageFilter(since=NOW - timedelta(minutes=2)), [3, 2]),
            (MessageFilter(until=NOW - timedelta(minutes=2)), [1]),
            (MessageFilter(), [3, 2, 1]),
        ],
    )
    def test_filters(self, wanted, found):
        add(1, ago=timedelta(minutes=3), answer='[3,"m1",{"x":"NEEDLE"}]')
        add(2, ago=timedelta(minutes=1), frame="needle", deviations='[{"code":"odd","detail":"d"}]')
        add(3, action="Reset", direction=Direction.OUT)
        page = message_page(POINT, wanted, NOW + timedelta(seconds=1))
        assert [line.key.sequence for line in page.lines] == found

    def test_a_search_looks_back_a_day_at_a_time_and_says_so(self):
        add(1, ago=timedelta(hours=40), frame="needle")
        wanted = MessageFilter(query="needle")
        first = message_page(POINT, wanted, NOW)
        assert (first.lines, first.searched_to) == ([], NOW - timedelta(hours=24))
        second = message_page(POINT, wanted, NOW, first.older)
        assert [line.key.sequence for line in second.lines] == [1]
        assert second.older is None

    def test_a_search_ends_where_the_log_ends(self):
        add(1, ago=timedelta(hours=2))
        page = message_page(POINT, MessageFilter(query="needle"), NOW)
        assert (page.lines, page.older, page.searched_to) == ([], None, None)


@pytest.mark.django_db
class TestNewerMessages:
    def test_brings_only_what_came_since(self):
        old = add(1, ago=timedelta(minutes=1))
        add(2)
        lines = newer_messages(POINT, MessageFilter(), Key(old.at, old.sequence))
        assert lines is not None
        assert [line.key.sequence for line in lines] == [2]

    def test_too_many_are_not_appended(self):
        for sequence in range(101):
            add(sequence)
        assert newer_messages(POINT, MessageFilter(), Key(NOW - timedelta(hours=1), 0)) is None


@pytest.mark.django_db
class TestCounterpart:
    def test_links_our_call_and_its_answer_both_ways(self):
        add(1, action="Reset", direction=Direction.OUT, message_id="a")
        add(2, action="Reset", frame='[3,"a",{"status":"Accepted"}]', message_id="a")
        add(3, message_id="b")
        answer, call = (find_message(POINT, Key(NOW, sequence)) for sequence in (2, 1))
        assert answer is not None
        assert call is not None
        assert counterpart(POINT, call) == answer
        assert counterpart(POINT, answer) == call


@pytest.mark.django_db
class TestLastMessages:
    def test_an_answer_stands_beside_its_call(self):
        add(1, answer='[3,"m1",{"status":"Accepted"}]', answered_at=NOW + timedelta(milliseconds=12))
        (line,) = last_messages(POINT)
        assert (line.answer_text, line.latency_s, line.error) == ("Accepted", 0.012, False)
