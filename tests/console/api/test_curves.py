from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePoint
from charging.models import MeterSample, Transaction
from history.services.running import count_running
from tests.factories import EARLY, EvseFactory, TransactionFactory

MINUTE = timedelta(minutes=1)

HOUR = {"from": "2026-01-10T10:00:00Z", "to": "2026-01-10T11:00:00Z"}


def measure(evse, minute: int, power_w: float) -> None:
    at = EARLY + timedelta(minutes=minute)
    MeterSample.objects.create(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at, received_at=at,
        fingerprint=minute, power_w=power_w,
    )  # fmt: skip


@pytest.fixture
def evse(mine):
    return mine.charge_point.evses.filter(number=1).first() or EvseFactory(charge_point=mine.charge_point)


class TestCurves:
    def test_a_connector_is_told_sample_by_sample(self, administrator, evse):
        measure(evse, 1, 4000.0)
        measure(evse, 2, 5000.0)
        told = administrator.get("charge-points/CP_MINE/curves", connector=1, **HOUR).json()
        assert [value for value in told["values"]["power_w"] if value is not None] == [4000, 5000]
        assert (told["from"], told["step_s"], told["reduced"]) == ("2026-01-10T10:00:00.000000Z", 0, False)
        assert set(told["values"]) == {"power_w"}

    def test_charge_points_and_sites_are_added_up(self, administrator, mine, evse):
        measure(evse, 1, 4000.0)
        for address in ("charge-points/CP_MINE/curves", f"sites/{mine.site.code}/curves"):
            told = administrator.get(address, **HOUR).json()
            assert max(value or 0 for value in told["values"]["power_w"]) == 4000

    def test_a_site_tells_its_limit_and_how_many_transactions_ran_at_once(self, administrator, mine):
        other = EvseFactory(charge_point=mine.charge_point, number=2)
        TransactionFactory(evse=other, started_at=EARLY + 20 * MINUTE, ended_at=EARLY + 40 * MINUTE)
        told = administrator.get(f"sites/{mine.site.code}/curves", **HOUR).json()
        running = dict(zip(told["times"], told["values"]["running"], strict=True))
        begin = EARLY.timestamp()
        assert [running[begin + 60 * minute] for minute in (0, 20, 40, 60)] == [1, 2, 1, 1]
        assert set(told["limits"]["accepted"]) == {mine.site.limit_value}
        assert (set(told["values"]), told["transactions"]) == ({"running"}, [])

    def test_a_year_keeps_how_many_ran_at_most(self, administrator, mine):
        other = EvseFactory(charge_point=mine.charge_point, number=2)
        TransactionFactory(evse=other, started_at=EARLY + MINUTE, ended_at=EARLY + 2 * MINUTE)
        count_running(now=EARLY + timedelta(days=1))
        year = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z", "points": 400}
        told = administrator.get(f"sites/{mine.site.code}/curves", **year).json()
        assert (max(told["values"]["running"]), told["values"]["running"][-1]) == (2, 1)
        assert (told["reduced"], len(told["times"]) < 20) == (True, True)

    def test_of_a_charge_point_without_a_connector_there_is_the_power_only(self, administrator, mine, evse):
        measure(evse, 1, 4000.0)
        MeterSample.objects.update(voltage_v=230.0, current_l1_a=17.0)
        whole = administrator.get("charge-points/CP_MINE/curves", **HOUR).json()
        assert (set(whole["values"]), whole["limits"]) == ({"power_w"}, {})
        assert whole["transactions"] == [mine.transaction.number]
        single = administrator.get("charge-points/CP_MINE/curves", connector=1, **HOUR).json()
        assert set(single["values"]) == {"power_w", "voltage_v", "current_l1_a"}

    def test_a_charge_point_without_a_site_is_read_by_connector(self, administrator, mine, evse):
        measure(evse, 1, 4000.0)
        ChargePoint.objects.filter(pk=mine.charge_point.pk).update(site=None)
        answer = administrator.get("charge-points/CP_MINE/curves", **HOUR)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "connector")
        single = administrator.get("charge-points/CP_MINE/curves", connector=1, **HOUR)
        assert single.json()["values"]["power_w"].count(4000) == 1

    def test_of_a_transaction_those_of_its_connector_from_start_to_end(self, administrator, mine, evse):
        measure(evse, 1, 4000.0)
        measure(evse, 3, 9000.0)
        Transaction.objects.update(ended_at=EARLY + 2 * MINUTE)
        told = administrator.get(f"transactions/{mine.transaction.number}/curves").json()
        assert (told["from"], told["to"]) == ("2026-01-10T10:00:00.000000Z", "2026-01-10T10:02:00.000000Z")
        assert max(value or 0 for value in told["values"]["power_w"]) == 4000

    @pytest.mark.parametrize("points", [399, 1601])
    def test_more_points_or_fewer_than_a_plot_has_are_refused(self, administrator, mine, points):
        assert administrator.get("charge-points/CP_MINE/curves", points=points).status_code == 422

    def test_a_period_that_ends_before_it_begins_is_refused(self, administrator, mine):
        answer = administrator.get("charge-points/CP_MINE/curves", **{"from": HOUR["to"], "to": HOUR["from"]})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "to")

    def test_others_sites_do_not_exist(self, caller, mine, other):
        guest = caller("guest", mine.site)
        assert guest.get("charge-points/CP_OTHER/curves", **HOUR).status_code == 404
        assert guest.get(f"sites/{other.site.code}/curves", **HOUR).status_code == 404
