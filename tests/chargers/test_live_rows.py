from __future__ import annotations

from typing import Any

import pytest
from django.db import models

from chargers.live_rows import live_charge_points
from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from evkit.core.clock import utc_now
from sites.models import Site
from tests.console.depot import add_site

pytestmark = pytest.mark.django_db


def facts(row: models.Model | None) -> dict[str, Any] | None:
    return None if row is None else {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


@pytest.fixture
def site() -> Site:
    site, other = add_site("mine"), add_site("other")
    for number, at in enumerate((site, site, site, other)):
        point = ChargePoint.objects.create(identity=f"LIVE_{number}", site=at, position=9 - number)
        if number == 2:
            continue
        ChargePointState.objects.update_or_create(
            charge_point=point, defaults={"connected": True, "connected_at": utc_now(), "vendor": "V"}
        )
        for connector in (2, 1):
            evse = Evse.objects.create(charge_point=point, number=connector, max_power_w=50_000)
            if connector == 1:
                EvseState.objects.update_or_create(
                    evse=evse, defaults={"status": "Charging", "status_since": utc_now(), "power_w": 1.5}
                )
    return site


class TestLiveChargePoints:
    def test_returns_what_with_live_state_returns_in_the_same_order(self, site: Site) -> None:
        slow = list(ChargePoint.objects.of_site(site).with_live_state())
        fast = live_charge_points(site)
        assert [facts(row) for row in fast] == [facts(row) for row in slow]
        for one, other in zip(fast, slow, strict=True):
            assert facts(getattr(one, "state", None)) == facts(getattr(other, "state", None))
            assert [facts(evse) for evse in one.evses.all()] == [facts(evse) for evse in other.evses.all()]
            states = [facts(getattr(evse, "state", None)) for evse in one.evses.all()]
            assert states == [facts(getattr(evse, "state", None)) for evse in other.evses.all()]

    def test_asks_two_queries_and_its_rows_none(self, site: Site, django_assert_num_queries) -> None:
        with django_assert_num_queries(2):
            for row in live_charge_points(site):
                assert row.site == site
                assert all(evse.charge_point is row for evse in row.evses.all())
                assert len([getattr(evse, "state", None) for evse in row.evses.all()]) in {0, 2}

    def test_returns_only_those_asked_for(self, site: Site) -> None:
        wanted = ChargePoint.objects.get(identity="LIVE_1")
        other = ChargePoint.objects.get(identity="LIVE_3")
        assert live_charge_points(site, [wanted.pk, other.pk]) == [wanted]

    def test_its_rows_can_be_saved(self, site: Site) -> None:
        row = live_charge_points(site)[0]
        row.name = "Renamed"
        row.save()
        assert ChargePoint.objects.get(pk=row.pk).name == "Renamed"
