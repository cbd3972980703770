from __future__ import annotations

from datetime import timedelta

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import LogEntry
from history.recorders import write_messages
from tests.factories import EARLY


def log(charge_point, second, frame, **more):
    entry = LogEntry(
        charge_point_id=charge_point.pk,
        at=EARLY + timedelta(seconds=second),
        sequence=second,
        outgoing=False,
        message_id=f"m{second}",
        action="Heartbeat",
        frame=frame,
        **more,
    )
    write_messages([entry])


class TestListMessages:
    def test_a_call_and_its_answer_are_told_with_times_and_deviations(self, administrator, mine):
        log(
            mine.charge_point,
            1,
            '[2,"m1","Heartbeat",{}]',
            device_at=EARLY,
            answer='[3,"m1",{}]',
            answered_at=EARLY + timedelta(seconds=1, microseconds=500),
            deviations=(Deviation("odd-thing", "Heartbeat", "seen"),),
        )
        told = administrator.get("messages", charge_point="CP_MINE").json()
        assert told == {
            "items": [
                {
                    "charge_point": "CP_MINE",
                    "direction": "out",
                    "at": "2026-01-10T10:00:01.000500Z",
                    "device_at": None,
                    "message_id": "m1",
                    "action": "Heartbeat",
                    "frame": '[3,"m1",{}]',
                    "deviations": [],
                },
                {
                    "charge_point": "CP_MINE",
                    "direction": "in",
                    "at": "2026-01-10T10:00:01.000000Z",
                    "device_at": "2026-01-10T10:00:00.000000Z",
                    "message_id": "m1",
                    "action": "Heartbeat",
                    "frame": '[2,"m1","Heartbeat",{}]',
                    "deviations": [{"code": "odd-thing", "detail": "seen"}],
                },
            ],
            "next_cursor": None,
        }

    def test_pages_go_back_in_time(self, administrator, mine):
        for second in range(5):
            log(mine.charge_point, second, f"[{second}]")
        first = administrator.get("messages", limit=3).json()
        second = administrator.get("messages", limit=3, cursor=first["next_cursor"]).json()
        frames = [item["frame"] for page in (first, second) for item in page["items"]]
        assert frames == ["[4]", "[3]", "[2]", "[1]", "[0]"]
        assert second["next_cursor"] is None

    def test_since_narrows(self, administrator, mine):
        for second in range(3):
            log(mine.charge_point, second, f"[{second}]")
        items = administrator.get("messages", since="2026-01-10T10:00:01Z").json()["items"]
        assert [item["frame"] for item in items] == ["[2]", "[1]"]

    def test_only_the_caller_s_charge_points_are_told(self, caller, administrator, mine, other):
        log(mine.charge_point, 1, "[1]")
        log(other.charge_point, 2, "[2]")
        assert len(administrator.get("messages").json()["items"]) == 2
        items = caller("guest", mine.site).get("messages").json()["items"]
        assert [item["charge_point"] for item in items] == ["CP_MINE"]

    def test_the_number_of_queries_does_not_grow(self, administrator, mine, django_assert_num_queries):
        administrator.get("sites")
        for second in range(50):
            log(mine.charge_point, second, "[]")
        with django_assert_num_queries(4):
            administrator.get("messages")
