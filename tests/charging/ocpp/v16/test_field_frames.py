"""Frames of real charge points about transactions, from the text to the rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chargers.ocpp.session import CallReceived, Session
from charging.models import MeterSample, OrphanStop, Transaction
from charging.ocpp.v16.table import ROUTES
from charging.selectors import quantities_of
from tests.charging.ocpp.desk import NOW
from tests.factories import TransactionFactory

LINES = (Path(__file__).parents[3] / "data" / "field_frames.jsonl").read_text(encoding="utf-8")
FRAMES = {
    case["id"]: case["frame"]
    for case in map(json.loads, LINES.splitlines())
    if case["ocpp"] == "1.6"
    and case["via"] == "call"
    and case["expect"]["answer"].startswith("CALLRESULT")
    and any(f'"{action}"' in case["frame"] for action in ROUTES)
}


@pytest.fixture
def running(desk, tag):
    return TransactionFactory(evse=desk.charge_point.evses.get(number=1), id_token=tag)


def send(desk, name, running):
    event = Session().receive(FRAMES[name].replace("TX", str(running.pk)), 0.0)
    assert isinstance(event, CallReceived)
    return event.action, desk.send(event.action, event.payload.decode())


@pytest.mark.parametrize("name", sorted(FRAMES))
class TestFieldFrames:
    def test_each_is_answered_and_leaves_its_trace(self, desk, running, name):
        action, answer = send(desk, name, running)
        if action == "StartTransaction":
            assert answer["transactionId"] in Transaction.objects.values_list("pk", flat=True)
        elif action == "StopTransaction":
            running.refresh_from_db()
            ended = running.ended_received_at == NOW
            assert ended or OrphanStop.objects.count() == 1
            assert running.energy_wh >= 0
        elif action == "MeterValues":
            assert answer == {}
            assert MeterSample.objects.exists() or name == "mv-empty-value"
            assert list(quantities_of(MeterSample.objects.all())) or name == "mv-empty-value"

    def test_each_may_come_again(self, desk, running, name):
        first = send(desk, name, running)
        counts = [model.objects.count() for model in (Transaction, MeterSample, OrphanStop)]
        assert send(desk, name, running) == first
        again = [model.objects.count() for model in (Transaction, MeterSample, OrphanStop)]
        assert again == counts


class TestNotable:
    def test_values_of_one_moment_in_two_are_one_sample(self, desk, running):
        send(desk, "mv-connector0", running)
        row = MeterSample.objects.get()
        assert (row.power_w, row.energy_wh, row.evse_number) == (0, 4296944685, 0)

    def test_numbers_instead_of_text_are_values(self, desk, running):
        send(desk, "mv-number-value", running)
        assert [row.energy_wh for row in MeterSample.objects.order_by("measured_at")] == [604.213, 604.213]

    def test_a_number_never_issued_is_outside(self, desk, running):
        send(desk, "mv-tx-unknown", running)
        assert MeterSample.objects.get().transaction_number is None
        assert desk.codes == ["unknown-transaction"]

    def test_one_bad_unit_loses_nothing(self, desk, running):
        send(desk, "mv-unit-invalid-one", running)
        row = MeterSample.objects.get()
        assert (row.current_l1_a, row.temperature_c) == (8.961, 30)

    def test_a_restarted_start_is_the_same(self, desk, running):
        first = send(desk, "start-dup-new-id", running)
        assert send(desk, "start-dup-new-id", running) == first
        assert desk.codes == ["repeated-start"]
