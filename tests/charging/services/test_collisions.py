"""Two processes at the same time: unique keys and conditional updates decide."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from chargers.ocpp.handling import Batch
from charging.models import OrphanStop, Transaction
from charging.ocpp.v16.table import ROUTES
from tests.charging.ocpp.desk import NOW, Desk
from tests.factories import ChargePointFactory, IdTokenFactory

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


def together(works):
    """Run `works` in threads of their own, each with its own connection; return their results."""
    barrier = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(index):
        barrier.wait()
        try:
            with transaction.atomic():
                results[index] = works[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def handling(desk, action, payload):
    call = desk.inbound(action, payload)
    handle = ROUTES[action].handle
    assert handle is not None
    return lambda: handle(call, Batch(NOW))


def start(**changes):
    return {
        "connectorId": 1,
        "idTag": "B4A63CDF2212",
        "meterStart": 1000,
        "timestamp": "2026-01-10T11:59:58Z",
    } | changes


@pytest.fixture
def desk():
    IdTokenFactory(value="B4A63CDF2212")
    return Desk(ChargePointFactory(evses=1))


class TestCollisions:
    def test_the_same_start_is_one_transaction(self, desk):
        answers = together([handling(desk, "StartTransaction", start()) for _ in range(THREADS)])
        assert len({answer["transactionId"] for answer in answers}) == 1
        assert all(answer["idTagInfo"] == {"status": "Accepted"} for answer in answers)
        assert Transaction.objects.count() == 1

    def test_different_starts_on_one_connector_leave_one_open(self, desk):
        answers = together(
            [handling(desk, "StartTransaction", start(meterStart=1000 + n)) for n in range(THREADS)]
        )
        assert len({answer["transactionId"] for answer in answers}) == THREADS
        assert Transaction.objects.open().count() == 1

    def test_one_tag_starts_at_one_place_only(self, desk):
        desks = [desk, *(Desk(each) for each in ChargePointFactory.create_batch(THREADS - 1, evses=1))]
        answers = together([handling(each, "StartTransaction", start()) for each in desks])
        assert sorted(answer["idTagInfo"]["status"] for answer in answers) == (
            ["Accepted"] + ["ConcurrentTx"] * (THREADS - 1)
        )
        assert Transaction.objects.count() == THREADS

    def test_the_same_stop_has_one_effect(self, desk):
        number = desk.send("StartTransaction", start())["transactionId"]
        stop = {"transactionId": number, "meterStop": 3000, "timestamp": "2026-01-10T11:59:59Z"}
        assert together([handling(desk, "StopTransaction", stop) for _ in range(THREADS)]) == (
            [b"{}"] * THREADS
        )
        assert Transaction.objects.get().energy_wh == 2000

    def test_the_same_orphan_is_kept_once(self, desk):
        stop = {"transactionId": -1, "meterStop": 3000, "timestamp": "2026-01-10T11:59:59Z"}
        assert together([handling(desk, "StopTransaction", stop) for _ in range(THREADS)]) == (
            [b"{}"] * THREADS
        )
        assert OrphanStop.objects.count() == 1
