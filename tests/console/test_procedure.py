"""The sequence of procedures as it is read from what services stored."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chargers.models import Boot, Command, Connection, DeferredAnswer
from charging.models import Transaction
from evkit.console.selectors.procedure import transaction_procedure, transaction_steps
from evkit.console.steps import Way
from tests.console.depot import NOW, Depot

pytestmark = pytest.mark.django_db

START = NOW - timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def row(depot: Depot) -> Transaction:
    """A transaction that ended, begun with a badge ten seconds after it was presented."""
    row = depot.transaction
    row.authorised_at = START - 10 * SECOND
    row.ended_at, row.stop_reason, row.step = NOW, "Remote", "stopped"
    row.save()
    return row


class TestTransactionProcedure:
    def test_tells_when_the_charge_point_had_connected_and_booted(self, row: Transaction) -> None:
        for opened, closed in ((9, 5), (3, None)):
            Connection.objects.create(
                token=uuid4(),
                charge_point=row.charge_point,
                opened_at=NOW - timedelta(hours=opened),
                closed_at=NOW - timedelta(hours=closed) if closed else None,
            )
        Boot.objects.create(
            charge_point=row.charge_point, at=NOW - timedelta(hours=3), facts={}, status="accepted"
        )
        found = transaction_procedure(row)
        assert (found.connected_at, found.booted_at) == (NOW - timedelta(hours=3), NOW - timedelta(hours=3))

    def test_a_connection_that_had_ended_before_does_not_count(self, row: Transaction) -> None:
        Connection.objects.create(
            token=uuid4(),
            charge_point=row.charge_point,
            opened_at=START - 9 * SECOND,
            closed_at=START - SECOND,
        )
        assert transaction_procedure(row).connected_at is None

    def test_a_badge_a_list_of_the_charge_point_and_an_offline_start_are_told_apart(
        self, row: Transaction
    ) -> None:
        assert transaction_procedure(row).way is Way.BADGE
        row.authorised_at = None
        assert transaction_procedure(row).way is Way.LOCAL
        row.flags = ["offline_start"]
        assert transaction_procedure(row).way is Way.OFFLINE
        row.id_tag = ""
        assert transaction_procedure(row).way is Way.FREE

    def test_a_remote_start_tells_its_user(self, row: Transaction) -> None:
        Command.objects.create(
            charge_point=row.charge_point,
            action="RemoteStartTransaction",
            payload={"connectorId": 1, "idTag": row.id_tag},
            requested_name="ann",
            state="accepted",
            effect="seen",
            effect_at=row.started_received_at,
            created_at=START - 30 * SECOND,
            deadline=START,
        )
        found = transaction_procedure(row)
        assert (found.way, found.by) == (Way.REMOTE, "ann")

    def test_an_operator_who_accepted_the_badge_is_named(self, row: Transaction) -> None:
        row.id_token = None
        DeferredAnswer.objects.create(
            charge_point=row.charge_point,
            connection_token=uuid4(),
            message_id="m1",
            action="Authorize",
            request={"idTag": row.id_tag.lower()},
            default={},
            asked_at=START - 20 * SECOND,
            deadline=START,
            answer={"idTagInfo": {"status": "Accepted"}},
            answered_at=row.authorised_at,
            answered_by="ann",
        )
        found = transaction_procedure(row)
        assert (found.way, found.by) == (Way.OPERATOR, "ann")


class TestTransactionSteps:
    def test_an_open_one_tells_why_it_stands_still(self, depot: Depot) -> None:
        depot.transaction.evse.state.status = "SuspendedEV"
        depot.transaction.evse.state.save()
        marks = transaction_steps(depot.transaction, NOW)
        assert [mark.progress for mark in marks] == ["done", "done", "done", "done", "stopped", "todo"]
        assert "Bus 212 has taken no power since" in marks[4].reason

    def test_an_ended_one_tells_how_it_ended(self, row: Transaction) -> None:
        marks = transaction_steps(row, NOW)
        assert {mark.progress for mark in marks} == {"done"}
        assert marks[-1].text.endswith("Stopped remotely")
