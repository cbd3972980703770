from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from charging.models import LimitChange, MeterSample
from charging.types import LimitKind, LimitReason
from evkit.core.clock import utc_now
from sites.types import Role
from tests.console.depot import Depot

LogIn = Callable[..., Client]


def add_sample(depot: Depot, seconds_ago: float, power_w: float, soc: float | None = None) -> None:
    at = utc_now() - timedelta(seconds=seconds_ago)
    MeterSample.objects.create(
        charge_point_id=depot.charging.pk,
        evse_number=1,
        measured_at=at,
        received_at=at,
        fingerprint=int(seconds_ago * 1000),
        power_w=power_w,
        soc_percent=soc,
    )


class TestSitePower:
    def test_tells_kilowatts_per_minute_and_the_limit(self, log_in: LogIn, depot: Depot) -> None:
        add_sample(depot, 600, 20_000)
        add_sample(depot, 599, 22_000)
        answer = log_in(Role.GUEST).get(reverse("site_power", args=[depot.site.code])).json()
        assert set(answer["limit"]) == {100}
        assert max(p for p in answer["power"] if p is not None) in {21.0, 20.0, 22.0}
        assert len(answer["times"]) == len(answer["power"])
        assert answer["timezone"] == "Europe/Paris"

    def test_is_unknown_where_nobody_was_connected(self, log_in: LogIn, depot: Depot) -> None:
        answer = log_in(Role.GUEST).get(reverse("site_power", args=[depot.site.code])).json()
        assert set(answer["power"]) == {None}


class TestSession:
    def test_tells_power_and_state_of_charge(self, log_in: LogIn, depot: Depot) -> None:
        depot.transaction.started_at = utc_now() - timedelta(minutes=30)
        depot.transaction.save()
        add_sample(depot, 120, 38_000, 63)
        add_sample(depot, 60, 38_400, 64)
        LimitChange.objects.create(
            evse=depot.transaction.evse, at=utc_now() - timedelta(seconds=90), kind=LimitKind.ACCEPTED,
            power_w=40_000, reason=LimitReason.PROFILE,
        )  # fmt: skip
        url = reverse("session_curve", args=[depot.site.code, "A_001", 1])
        answer = log_in(Role.GUEST).get(url).json()
        assert answer["power"] == [38.0, 38.4]
        assert answer["soc"] == [63, 64]
        assert (answer["limit"], answer["max"]) == ([None, 40.0], 50)

    def test_an_unknown_connector_does_not_exist(self, log_in: LogIn, depot: Depot) -> None:
        url = reverse("session_curve", args=[depot.site.code, "A_001", 9])
        assert log_in(Role.GUEST).get(url).status_code == 404
