from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import ChargePlan
from evkit.console.api.types import iso_utc
from evkit.core.clock import utc_now

PATH = "charge-points/CP_MINE/connectors/1/plan"


def wanted(hours: float = 8, **changes):
    return {"departs_at": iso_utc(utc_now() + timedelta(hours=hours)), "energy_wh": 40_000, **changes}


class TestChargePlans:
    def test_a_charge_is_planned_planned_anew_and_let_go(self, administrator, mine) -> None:
        assert administrator.get(PATH).json() is None
        told = administrator.put(PATH, wanted()).json()
        assert (told["transaction"], told["energy_wh"]) == (mine.transaction.number, 40_000)
        assert administrator.get(PATH).json() == told
        again = administrator.put(PATH, wanted(energy_wh=None)).json()
        assert again["energy_wh"] is None
        assert administrator.delete(PATH).status_code == 204
        assert administrator.get(PATH).json() is None
        assert administrator.delete(PATH).status_code == 422

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"energy_wh": 0}, "energy_wh"),
            ({"energy_wh": -5}, "energy_wh"),
            ({"departs_at": "2026-01-01T00:00:00Z"}, "departs_at"),
            ({"departs_at": "2126-01-01T00:00:00Z"}, "departs_at"),
        ],
    )
    def test_what_makes_no_sense_names_its_field(self, administrator, mine, change, field) -> None:
        answer = administrator.put(PATH, wanted(**change))
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
        assert not ChargePlan.objects.exists()

    def test_a_priority_of_its_own_needs_no_departure(self, administrator, mine) -> None:
        told = administrator.put(PATH, {"priority": -2}).json()
        assert (told["priority"], told["departs_at"], told["energy_wh"]) == (-2, None, None)
        answer = administrator.put(PATH, {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unable_to_plan")
        assert ChargePlan.objects.get().priority == -2

    def test_a_guest_reads_but_does_not_plan(self, caller, mine) -> None:
        guest = caller("guest")
        assert guest.get(PATH).json() is None
        assert guest.put(PATH, wanted()).status_code == 403
        assert not ChargePlan.objects.exists()
