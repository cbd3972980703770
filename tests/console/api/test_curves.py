from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import MeterSample
from tests.factories import EARLY, EvseFactory

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

    def test_a_period_that_ends_before_it_begins_is_refused(self, administrator, mine):
        answer = administrator.get("charge-points/CP_MINE/curves", **{"from": HOUR["to"], "to": HOUR["from"]})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "to")

    def test_others_sites_do_not_exist(self, caller, mine, other):
        guest = caller("guest", mine.site)
        assert guest.get("charge-points/CP_OTHER/curves", **HOUR).status_code == 404
        assert guest.get(f"sites/{other.site.code}/curves", **HOUR).status_code == 404
