from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chargers.models import ChargePoint, Command
from chargers.services.commands import UnableToQueueError, queue_command
from chargers.services.many_commands import Wanted, queue_commands
from evkit.core.recorders import Actor
from history.models import AuditEntry
from tests.chargers.exchange import NOW
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db
ACTOR = Actor(name="claire", address="10.0.0.1")
PATIENCE = timedelta(seconds=20)
SECRET = "0123456789abcdef"


def values(model, *leave_out: str) -> list[dict[str, object]]:
    rows = list(model.objects.order_by("pk").values())
    return [{name: value for name, value in row.items() if name not in {"id", *leave_out}} for row in rows]


def wanted_of(point: ChargePoint, *what: Any, **more: Any) -> Wanted:
    return Wanted(point.pk, point.identity, point.site_id, *what, **more)


class TestQueueCommands:
    def wanted(self) -> list[Wanted]:
        points = [ChargePointFactory(evses=1) for _ in range(3)]
        return [
            wanted_of(points[0], "UnlockConnector", {"connectorId": 1}, reason="stuck"),
            wanted_of(points[1], "ClearChargingProfile", {"id": 7}, evse_number=1),
            wanted_of(
                points[2], "ChangeConfiguration", {"key": "AuthorizationKey", "value": "0123456789abcdef"}
            ),
        ]

    def test_does_with_each_what_queueing_it_alone_does(self) -> None:
        wanted = self.wanted()
        queue_commands(wanted, now=NOW, actor=ACTOR, patience=PATIENCE)
        together = values(Command, "payload"), values(AuditEntry, "at")
        Command.objects.all().delete()
        AuditEntry.objects.all().delete()
        for each in wanted:
            point = ChargePoint.objects.get(pk=each.charge_point_id)
            queue_command(
                charge_point=point, action=each.action, payload=each.payload, now=NOW,
                actor=ACTOR, reason=each.reason, patience=PATIENCE, evse_number=each.evse_number,
            )  # fmt: skip
        assert (values(Command, "payload"), values(AuditEntry, "at")) == together

    def test_returns_them_in_order_and_tells_of_them(self, django_capture_on_commit_callbacks) -> None:
        with django_capture_on_commit_callbacks() as told:
            commands = queue_commands(self.wanted(), now=NOW, actor=ACTOR, patience=PATIENCE)
        assert [command.action for command in commands] == [
            "UnlockConnector",
            "ClearChargingProfile",
            "ChangeConfiguration",
        ]
        assert all(command.pk for command in commands)
        assert len(told) > 0

    def test_keeps_secrets_as_they_are_kept_alone(self) -> None:
        queue_commands(self.wanted(), now=NOW, actor=ACTOR, patience=PATIENCE)
        assert SECRET not in str(values(Command)) + str(values(AuditEntry))

    def test_queues_none_where_one_cannot_be_sent(self) -> None:
        wrong = wanted_of(ChargePointFactory(), "UnlockConnector", {"connectorId": "one"})
        with pytest.raises(UnableToQueueError):
            queue_commands([*self.wanted(), wrong], now=NOW, actor=ACTOR, patience=PATIENCE)
        assert not Command.objects.exists()

    def test_takes_a_number_of_statements_that_does_not_grow(self, django_assert_max_num_queries) -> None:
        point = ChargePointFactory(evses=1)
        many = [wanted_of(point, "UnlockConnector", {"connectorId": 1})] * 50
        with django_assert_max_num_queries(6):
            queue_commands(many, now=NOW, actor=ACTOR, patience=PATIENCE)
        assert Command.objects.count() == 50
