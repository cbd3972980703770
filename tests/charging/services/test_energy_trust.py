from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import EnergyCorrection, Transaction
from charging.services.energy_trust import UnableToCorrectError, correct_energy, judge_ended
from charging.tasks import judge_energy
from evkit.celery import app
from evkit.core.recorders import Actor
from history.models import AuditEntry
from tests.charging.ocpp.desk import NOW

LATER = NOW + timedelta(hours=3)
HOUR = "2026-01-10T{:02}:{:02}:00Z"


def charge(desk, registers, *, meter_stop, unit="Wh", power_w=12_000, start=1000):
    """Charge an hour with a sample every ten minutes, and stop."""
    answer = desk.send(
        "StartTransaction",
        {"connectorId": 1, "idTag": "B4A63CDF2212", "meterStart": start, "timestamp": HOUR.format(9, 0)},
    )
    number = answer["transactionId"]
    for index, register in enumerate(registers):
        sampled = [{"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"}]
        sampled.append({"value": str(register), "measurand": "Energy.Active.Import.Register", "unit": unit})
        at = HOUR.format(9 + index // 6, index % 6 * 10)
        value = {"timestamp": at, "sampledValue": sampled}
        desk.send("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})
    stop = {"transactionId": number, "meterStop": meter_stop, "timestamp": HOUR.format(10, 0)}
    desk.send("StopTransaction", stop)
    judge_ended(now=LATER)
    return Transaction.objects.get(pk=number)


class TestJudging:
    def test_an_ordinary_charge_is_trusted(self, desk, tag):
        row = charge(desk, [1000 + 2000 * n for n in range(7)], meter_stop=13_000)
        assert (row.trusted_wh, row.energy_suspect) == (12_000, False)
        assert not {"unit_kwh", "register_restarted"} & set(row.flags)

    def test_kilowatt_hours_labelled_watt_hours_are_found(self, desk, tag):
        row = charge(desk, [1 + 2 * n for n in range(7)], meter_stop=13, start=1)
        assert (row.energy_wh, row.trusted_wh, row.energy_proposal_wh) == (12, None, 12_000)
        assert "unit_kwh" in row.flags

    def test_a_register_that_restarts_counts_where_the_power_confirms_it(self, desk, tag):
        row = charge(desk, [9000, 11_000, 13_000, 1000, 3000, 5000, 7000], meter_stop=7000, start=9000)
        assert "register_restarted" in row.flags
        assert (row.energy_suspect, row.trusted_wh) == (False, row.energy_wh)

    def test_a_stop_below_the_start_is_left_out(self, desk, tag):
        row = charge(desk, [], meter_stop=500)
        assert "meter_down" in row.flags
        assert (row.energy_suspect, row.trusted_wh) == (True, None)

    def test_each_is_judged_once_and_again_after_its_real_stop(self, desk, tag):
        row = charge(desk, [], meter_stop=2000)
        assert judge_ended(now=LATER) == 0
        Transaction.objects.filter(pk=row.pk).update(ended_received_at=None)
        desk.send(
            "StopTransaction", {"transactionId": row.pk, "meterStop": 0, "timestamp": HOUR.format(10, 1)}
        )
        assert judge_ended(now=LATER) == 1

    def test_it_is_run_regularly(self):
        assert judge_energy.name in [entry["task"] for entry in app.conf.beat_schedule.values()]


class TestCorrecting:
    ANN = Actor(name="ann")

    def correct(self, row, value_wh=21_000.0, reason="the meter tells kWh"):
        correct_energy(number=row.pk, value_wh=value_wh, reason=reason, now=LATER, actor=self.ANN)
        row.refresh_from_db()

    @pytest.fixture
    def doubtful(self, desk, tag):
        return charge(desk, [], meter_stop=500)

    def test_totals_leave_out_what_is_in_doubt_until_it_is_corrected(self, doubtful):
        totals = Transaction.objects.all().energy_totals()
        assert (totals.trusted_wh, totals.left_out) == (0, 1)
        self.correct(doubtful)
        totals = Transaction.objects.all().energy_totals()
        assert (totals.trusted_wh, totals.left_out, totals.left_out_wh) == (21_000, 0, 0)

    def test_who_and_why_are_kept(self, doubtful):
        self.correct(doubtful)
        made = EnergyCorrection.objects.get()
        assert (made.name, made.before_wh, made.value_wh) == ("ann", None, 21_000)
        entry = AuditEntry.objects.get(verb="correct")
        assert (entry.object_key, entry.details["reason"]) == (str(doubtful.pk), "the meter tells kWh")

    def test_a_correction_can_be_taken_back(self, doubtful):
        self.correct(doubtful)
        self.correct(doubtful, None, "an error")
        assert doubtful.trusted_wh is None
        assert EnergyCorrection.objects.count() == 2

    @pytest.mark.parametrize("changes", [{"value_wh": -1.0}, {"value_wh": 1e9}, {"reason": "  "}])
    def test_what_makes_no_sense_is_refused(self, doubtful, changes):
        with pytest.raises(UnableToCorrectError):
            self.correct(doubtful, **changes)
        assert not EnergyCorrection.objects.exists()

    def test_a_running_transaction_is_refused(self, doubtful):
        Transaction.objects.update(ended_at=None)
        with pytest.raises(UnableToCorrectError):
            self.correct(doubtful)
