from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from chargers.models import Command, CommandCall
from chargers.ocpp.handling import Batch
from chargers.services.commands import queue_command
from tests.chargers.exchange import NOW, claim_next, link_of
from tests.factories import ChargePointFactory


@pytest.mark.django_db(transaction=True)
class TestClaimRace:
    def test_two_writers_never_claim_at_the_same_time(self):
        charge_point = ChargePointFactory()
        link = link_of(charge_point)
        for _ in range(3):
            queue_command(charge_point=charge_point, action="ClearCache", payload={}, now=NOW)
        claims, barrier = [], threading.Barrier(4)

        def claim():
            barrier.wait()
            try:
                with transaction.atomic():
                    claims.append(claim_next(charge_point.pk, link.token, Batch(NOW)))
            finally:
                connection.close()

        threads = [threading.Thread(target=claim) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claims) == 4
        assert sum(each is not None for each in claims) == 1
        assert Command.objects.filter(state="sent").count() == 1
        assert CommandCall.objects.count() == 1
