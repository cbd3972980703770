from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import LogEntry
from evkit.core.recorders import Actor, Deed
from history.models import AuditEntry, Message
from history.recorders import write_audit, write_messages
from tests.chargers.exchange import NOW
from tests.factories import SiteFactory

pytestmark = pytest.mark.django_db


def entry(**more):
    return LogEntry(
        **{
            "charge_point_id": 1,
            "at": NOW,
            "sequence": 7,
            "outgoing": False,
            "message_id": "m",
            "action": "Heartbeat",
            "frame": '[2,"m","Heartbeat",{}]',
            **more,
        }
    )


class TestWriteMessages:
    def test_stores_the_frame_with_both_times_the_answer_and_the_deviations(self):
        frame = '[2,"m","StatusNotification",{"timestamp" : "2026-03-02T08:00:00.5+01:00","status":"x"}]'
        write_messages(
            [
                entry(
                    action="StatusNotification",
                    frame=frame,
                    answer='[3,"m",{}]',
                    answered_at=NOW + timedelta(milliseconds=4),
                    deviations=(Deviation("enum-spelling", "StatusNotification", "status: x"),),
                )
            ]
        )
        row = Message.objects.get()
        assert (row.charge_point_id, row.at, row.sequence, row.direction) == (1, NOW, 7, 0)
        assert (row.message_id, row.action, row.frame) == ("m", "StatusNotification", frame)
        assert row.device_at == datetime(2026, 3, 2, 7, 0, 0, 500_000, tzinfo=UTC)
        assert (row.answer, row.answered_at) == ('[3,"m",{}]', NOW + timedelta(milliseconds=4))
        assert json.loads(row.deviations or "") == [{"code": "enum-spelling", "detail": "status: x"}]

    def test_a_frame_that_is_there_already_is_left_alone(self):
        write_messages([entry(frame="first")])
        write_messages([entry(frame="second"), entry(sequence=8, frame="third")])
        assert list(Message.objects.order_by("sequence").values_list("frame", flat=True)) == [
            "first",
            "third",
        ]

    def test_what_a_column_cannot_hold_is_taken_out(self):
        write_messages([entry(message_id="a\x00b", frame='tab\tnewline\nback\\slash\r é \x00\ud800"')])
        row = Message.objects.get()
        assert (row.message_id, row.frame) == ("ab", 'tab\tnewline\nback\\slash\r é ?"')

    def test_wrong_clocks_are_kept_as_they_are(self):
        frame = '[2,"m","StatusNotification",{"timestamp":"1970-01-01T00:00:00Z"}]'
        write_messages([entry(frame=frame), entry(sequence=8, frame=frame.replace("1970", "222222"))])
        times = list(Message.objects.order_by("sequence").values_list("device_at", flat=True))
        assert times == [datetime(1970, 1, 1, tzinfo=UTC), None]

    def test_our_own_frames_have_no_device_time(self):
        write_messages([entry(outgoing=True, frame='{"timestamp":"2026-03-02T08:00:00Z"}')])
        row = Message.objects.get()
        assert (row.direction, row.device_at) == (1, None)

    @pytest.mark.parametrize("action", ["ChangeConfiguration", "GetConfiguration", ""])
    def test_secrets_are_masked(self, action):
        frame = '[2,"m","ChangeConfiguration",{"key":"AuthorizationKey","value":"hush"}]'
        write_messages([entry(action=action, frame=frame, answer=frame)])
        row = Message.objects.get()
        assert "hush" not in f"{row.frame} {row.answer}"

    def test_many_frames_take_one_statement_each_way(self, django_assert_max_num_queries):
        with django_assert_max_num_queries(3):
            write_messages([entry(sequence=number) for number in range(500)])
        assert Message.objects.count() == 500

    def test_nothing_is_nothing(self):
        write_messages([])
        assert not Message.objects.exists()


class TestWriteAudit:
    def test_appends_who_did_what(self):
        site = SiteFactory()
        write_audit(
            Deed(
                actor=Actor(None, "ann", "192.0.2.1"),
                verb="command",
                object_type="charge_point",
                object_key="A_001",
                site_id=site.pk,
                details={"at": NOW, "text": "a\x00b"},
            )
        )
        row = AuditEntry.objects.get()
        assert (row.user_name, row.address, row.verb) == ("ann", "192.0.2.1", "command")
        assert (row.object_type, row.object_key, row.site) == ("charge_point", "A_001", site)
        assert row.details == {"at": str(NOW), "text": "ab"}
