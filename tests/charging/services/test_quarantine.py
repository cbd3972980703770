from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from charging.models import OrphanStop, Transaction
from charging.services.quarantine import (
    AlreadySettledError,
    Beginning,
    Settling,
    attach_stop,
    dismiss_stop,
    make_transaction,
)
from evkit.core.errors import InvalidInputError, NotFoundError
from evkit.core.recorders import Actor
from history.models import AuditEntry
from tests.factories import ChargePointFactory, IdTokenFactory, TransactionFactory

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTLING = Settling(Actor(name="olga"), NOW, "seen on site")


def orphan(charge_point, **values: Any) -> OrphanStop:
    values = {"meter_stop_wh": 8000.0, "stopped_at": NOW - HOUR, "received_at": NOW, **values}
    return OrphanStop.objects.create(
        charge_point=charge_point, digest="d1", claimed_id=-1, id_tag="FFFF", payload={}, **values
    )


@pytest.fixture
def running(charge_point) -> Transaction:
    return TransactionFactory(
        evse=charge_point.evses.get(number=1), started_at=NOW - 3 * HOUR, meter_start_wh=1000.0
    )


class TestAttachStop:
    def test_ends_the_transaction_with_the_meter_and_time_of_the_stop(self, charge_point, running):
        stop = orphan(charge_point, reason="EVDisconnected")
        attach_stop(pk=stop.pk, number=running.pk, settling=SETTLING)
        running.refresh_from_db()
        assert (running.ended_at, running.ended_received_at) == (NOW - HOUR, NOW)
        assert (running.meter_stop_wh, running.energy_wh) == (8000.0, 7000.0)
        assert (running.stop_reason, running.flags) == ("EVDisconnected", ["matched_stop"])
        stop.refresh_from_db()
        assert (stop.transaction, stop.settlement, stop.settled_name) == (running, "attached", "olga")
        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.object_key) == ("stop_attached", charge_point.identity)

    def test_replaces_a_presumed_end(self, charge_point, running):
        Transaction.objects.update(ended_at=NOW - 2 * HOUR, flags=["presumed_ended"])
        attach_stop(pk=orphan(charge_point).pk, number=running.pk, settling=SETTLING)
        running.refresh_from_db()
        assert (running.ended_at, running.flags) == (NOW - HOUR, ["matched_stop"])

    def test_a_meter_below_the_start_is_flagged_and_never_negative(self, charge_point, running):
        attach_stop(pk=orphan(charge_point, meter_stop_wh=5.0).pk, number=running.pk, settling=SETTLING)
        running.refresh_from_db()
        assert running.energy_wh == 0
        assert "meter_down" in running.flags

    @pytest.mark.parametrize("change", [{"ended_received_at": NOW}, {"started_at": NOW}])
    def test_refuses_what_has_its_stop_or_began_later(self, charge_point, running, change):
        Transaction.objects.update(**change)
        stop = orphan(charge_point)
        with pytest.raises(InvalidInputError):
            attach_stop(pk=stop.pk, number=running.pk, settling=SETTLING)
        assert list(OrphanStop.objects.waiting()) == [stop]
        assert not AuditEntry.objects.exists()

    def test_refuses_another_charge_points_transaction(self, running):
        stop = orphan(ChargePointFactory())
        with pytest.raises(InvalidInputError):
            attach_stop(pk=stop.pk, number=running.pk, settling=SETTLING)

    def test_is_done_once(self, charge_point, running):
        stop = orphan(charge_point)
        attach_stop(pk=stop.pk, number=running.pk, settling=SETTLING)
        with pytest.raises(AlreadySettledError):
            dismiss_stop(pk=stop.pk, settling=SETTLING)


class TestMakeTransaction:
    def test_tells_the_energy_between_the_given_start_and_the_stop(self, charge_point):
        token = IdTokenFactory(value="ffff")
        row = make_transaction(
            pk=orphan(charge_point).pk, beginning=Beginning(2, NOW - 2 * HOUR, 6500.0), settling=SETTLING
        )
        row.refresh_from_db()
        assert (row.evse.number, row.energy_wh, row.id_token) == (2, 1500.0, token)
        assert (row.started_at, row.ended_at) == (NOW - 2 * HOUR, NOW - HOUR)
        assert row.flags == ["made_by_hand"]
        assert AuditEntry.objects.get().verb == "stop_made"

    def test_leaves_what_runs_on_the_connector_alone(self, charge_point, running):
        make_transaction(
            pk=orphan(charge_point).pk, beginning=Beginning(1, NOW - 2 * HOUR, 0.0), settling=SETTLING
        )
        assert list(Transaction.objects.open()) == [running]

    @pytest.mark.parametrize(
        ("beginning", "field"),
        [
            (Beginning(9, NOW - 2 * HOUR, 0.0), "connector"),
            (Beginning(1, NOW, 0.0), "started_at"),
            (Beginning(1, NOW - 2 * HOUR, 9000.0), "meter_start"),
            (Beginning(1, NOW - 2 * HOUR, -1.0), "meter_start"),
        ],
    )
    def test_refuses_what_cannot_be(self, charge_point, beginning, field):
        stop = orphan(charge_point)
        with pytest.raises(InvalidInputError) as refused:
            make_transaction(pk=stop.pk, beginning=beginning, settling=SETTLING)
        assert refused.value.field == field
        assert not Transaction.objects.exists()


class TestDismissStop:
    def test_keeps_the_stop_and_the_reason(self, charge_point):
        stop = dismiss_stop(pk=orphan(charge_point).pk, settling=SETTLING)
        assert not OrphanStop.objects.waiting()
        assert (stop.settlement, stop.settled_reason) == ("dismissed", "seen on site")

    def test_needs_a_reason(self, charge_point):
        with pytest.raises(InvalidInputError):
            dismiss_stop(pk=orphan(charge_point).pk, settling=Settling(Actor(), NOW, " "))

    def test_of_nothing_is_refused(self, db):
        with pytest.raises(NotFoundError):
            dismiss_stop(pk=1, settling=SETTLING)
