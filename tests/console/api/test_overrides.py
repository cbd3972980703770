from __future__ import annotations

from datetime import timedelta

import pytest

from evkit.console.api.types import iso_utc
from evkit.core.clock import utc_now
from sites.models import Site

PATH = "charge-points/CP_MINE/connectors/1/override"


@pytest.fixture
def sharing(mine):
    Site.objects.filter(pk=mine.site.pk).update(smart_charging_enabled=True)
    return mine


def wanted(**changes):
    return {"kind": "boost", "until": iso_utc(utc_now() + timedelta(hours=1)), "reason": "early", **changes}


class TestOverrides:
    def test_a_charge_is_boosted_and_released(self, administrator, sharing) -> None:
        assert administrator.get(PATH).json() is None
        answer = administrator.put(PATH, wanted())
        assert answer.status_code == 200
        told = answer.json()
        assert (told["kind"], told["reason"]) == ("boost", "early")
        assert told["transaction"] == sharing.transaction.number
        assert administrator.get(PATH).json() == told
        assert administrator.delete(PATH).status_code == 204
        assert administrator.get(PATH).json() is None

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"kind": "first"}, "kind"),
            ({"reason": ""}, "reason"),
            ({"until": "2026-01-01T00:00:00Z"}, "until"),
        ],
    )
    def test_what_makes_no_sense_names_its_field(self, administrator, sharing, change, field) -> None:
        answer = administrator.put(PATH, wanted(**change))
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)

    def test_a_connector_that_is_not_there_is_not_found(self, administrator, sharing) -> None:
        assert administrator.put(PATH.replace("/1/", "/9/"), wanted()).status_code == 404
