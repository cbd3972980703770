from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from charging.metering.attribution import Transactions
from charging.metering.energy import Register
from charging.metering.headline import Headline
from charging.metering.progress import Progress
from charging.metering.reading import Moment, Quality
from charging.types import Step

START = datetime(2026, 1, 10, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def progress(number=1, **changes) -> Progress:
    values = {
        "number": number,
        "charge_point_id": 1,
        "evse_id": 11,
        "evse_number": 1,
        "started_at": START,
        "ended_at": None,
        "measured_at": None,
        "step": Step.STARTED,
        "charging_at": None,
        "power_peak_w": None,
        "soc_start_percent": None,
        "soc_last_percent": None,
        "register": Register(1000.0),
    }
    return Progress(**values | changes)


def moment(minute, quality=0, **headline) -> Moment:
    at = START + minute * MINUTE
    return Moment(at, at, 0, quality, Headline(**headline), None, None, 0)


class TestTake:
    def test_power_alone_shows_that_it_charges(self):
        each = progress()
        each.take(moment(1, power_w=0.0))
        assert (each.step, each.charging_at, each.power_peak_w) == (Step.STARTED, None, 0)
        each.take(moment(2, power_w=7000.0))
        assert (each.step, each.charging_at) == (Step.CHARGING, START + 2 * MINUTE)

    def test_without_power_energy_shows_it(self):
        each = progress()
        each.take(moment(1, energy_wh=1005.0))
        assert each.step == Step.STARTED
        each.take(moment(2, energy_wh=1200.0))
        assert each.step == Step.CHARGING

    def test_a_doubtful_register_does_not_count(self):
        each = progress()
        each.take(moment(1, energy_wh=5000.0, quality=Quality.ENERGY))
        assert each.register == Register(1000.0)

    def test_late_values_only_count_for_the_peak(self):
        each = progress()
        each.take(moment(5, energy_wh=2000.0, soc_percent=50.0, power_w=5000.0))
        each.take(moment(3, energy_wh=1500.0, soc_percent=40.0, power_w=9000.0))
        assert (each.register.energy_wh, each.soc_last_percent) == (1000, 50)
        assert (each.power_peak_w, each.charging_at) == (9000, START + 3 * MINUTE)

    def test_an_ended_transaction_does_not_change(self):
        each = progress(ended_at=START + MINUTE)
        each.take(moment(2, energy_wh=9000.0, power_w=1.0))
        assert each == progress(ended_at=START + MINUTE)

    def test_it_cannot_charge_before_it_started(self):
        each = progress()
        each.take(moment(-3, power_w=1.0))
        assert each.charging_at == START


class TestFind:
    @pytest.fixture
    def known(self):
        transactions = Transactions()
        transactions.add(progress(1, ended_at=START - 60 * MINUTE, started_at=START - 120 * MINUTE))
        transactions.add(progress(2))
        transactions.add(progress(3, charge_point_id=9))
        return transactions

    @pytest.mark.parametrize(
        ("evse_number", "claimed", "minute", "number", "deviation"),
        [
            (1, 2, 5, 2, ""),
            (1, None, 5, 2, ""),
            (1, 0, 5, 2, ""),
            (1, -1, 5, 2, ""),
            (1, None, -2, None, ""),
            (2, None, 5, None, ""),
            (0, None, 5, None, ""),
            (0, 2, 5, 2, ""),
            (2, 2, 5, 2, "transaction-on-other-connector"),
            (1, 3, 5, None, "unknown-transaction"),
            (1, 99, 5, None, "unknown-transaction"),
            (1, 1, 5, 2, "stale-transaction"),
            (1, 1, -60, 1, ""),
            (1, 1, -90, 1, ""),
        ],
    )
    def test_the_number_counts_unless_it_cannot_be(
        self, known, evse_number, claimed, minute, number, deviation
    ):
        found, odd = known.find(
            charge_point_id=1, evse_number=evse_number, claimed=claimed, at=START + minute * MINUTE
        )
        assert (found and found.number, odd) == (number, deviation)
