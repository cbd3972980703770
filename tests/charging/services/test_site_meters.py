from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from charging.services.smart.base_load import base_load, base_load_w
from evkit.core.events import Event, bus
from sites.events import SiteMeterRead
from sites.models import SiteMeterReading
from tests.charging.ocpp.desk import NOW, Desk
from tests.factories import ChargePointFactory, TransactionFactory

AT = NOW - timedelta(minutes=1)


def power(watts, **names):
    return {"value": str(watts), "measurand": "Power.Active.Import", "unit": "W"} | names


def current(phase, amperes):
    return {"value": str(amperes), "measurand": "Current.Import", "unit": "A", "phase": phase}


def payload(*samples, at="2026-01-10T11:59:00Z", connector=0, **more):
    values = [{"timestamp": at, "sampledValue": list(samples)}]
    return {"connectorId": connector, "meterValue": values} | more


@pytest.fixture
def meter(db) -> Desk:
    return Desk(ChargePointFactory(evses=1, site_meter="base"))


def readings():
    columns = ("at", "power_w", "current_l1_a", "current_l2_a", "current_l3_a")
    return list(SiteMeterReading.objects.order_by("at").values_list(*columns))


class TestRecordSiteMeters:
    def test_connector_0_is_the_base_load_of_the_site_and_wakes_smart_charging(
        self, meter, django_capture_on_commit_callbacks
    ) -> None:
        seen: list[Event] = []
        take = seen.extend
        bus.subscribe(SiteMeterRead, take)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                phases = [current("L1", 50), current("L2", 40), current("L3", 30)]
                meter.send("MeterValues", payload(power(27_600), *phases))
            bus.flush()
        finally:
            bus.unsubscribe(take)
        site = meter.charge_point.site
        assert readings() == [(AT, 27_600, 50, 40, 30)]
        assert base_load_w(site, base_load(site, NOW)) == 27_600
        assert seen == [SiteMeterRead(site.pk)]

    def test_a_phase_that_is_not_told_counts_as_the_fullest(self, meter) -> None:
        meter.send("MeterValues", payload(current("L1", 10), current("L3", 20)))
        site = meter.charge_point.site
        assert readings() == [(AT, None, 10, None, 20)]
        assert base_load_w(site, base_load(site, NOW)) == 50 * 230

    def test_values_of_one_moment_in_two_messages_are_one_reading(self, meter) -> None:
        calls = [
            meter.inbound("MeterValues", payload(power(1_000))),
            meter.inbound("MeterValues", payload(current("L1", 5))),
            meter.inbound("MeterValues", payload(power(2_000), at="2026-01-10T11:59:30Z")),
        ]
        meter.send_all(calls)
        assert [row[:3] for row in readings()] == [
            (AT, 1_000, 5),
            (AT + timedelta(seconds=30), 2_000, None),
        ]

    def test_values_of_one_moment_that_come_apart_complement_each_other(self, meter) -> None:
        meter.send("MeterValues", payload(current("L1", 5), current("L2", 20), current("L3", 10)))
        later = "2026-01-10T11:59:30Z"
        parts = ([current("L1", 6)], [current("L2", 30)], [power(11_000)], [current("L3", 12), power(11_040)])
        for samples in parts:
            meter.send("MeterValues", payload(*samples, at=later))
        assert readings() == [(AT, None, 5, 20, 10), (AT + timedelta(seconds=30), 11_040, 6, 30, 12)]

    def test_a_clock_that_is_ahead_does_not_make_a_reading_the_latest_for_long(self, meter) -> None:
        meter.send("MeterValues", payload(power(1_000), at="2026-01-10T18:00:00Z"))
        assert readings()[0][0] == NOW

    def test_what_no_meter_can_mean_is_left_out(self, meter) -> None:
        meter.send("MeterValues", payload(power(1e12), current("L1", 5)))
        meter.send("MeterValues", payload(power(1e12), at="2026-01-10T11:59:30Z"))
        assert readings() == [(AT, None, 5, None, None)]

    def test_a_repeated_message_is_one_reading(self, meter) -> None:
        for _ in range(2):
            meter.send("MeterValues", payload(power(1_000)))
        assert [row[1] for row in readings()] == [1_000]

    @pytest.mark.parametrize(
        "told",
        [
            payload(power(1_000), connector=1),
            payload(power(1_000), connector=2_000),
            payload({"value": "5", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}),
        ],
        ids=["a connector", "an impossible connector", "only energy"],
    )
    def test_nothing_else_is_the_site(self, meter, told) -> None:
        meter.send("MeterValues", told)
        assert readings() == []

    def test_what_names_a_transaction_is_a_vehicle(self, meter) -> None:
        running = TransactionFactory(evse=meter.charge_point.evses.get())
        meter.send("MeterValues", payload(power(1_000), transactionId=running.pk))
        assert readings() == []
        meter.send("MeterValues", payload(power(2_000), transactionId=0))
        assert [row[1] for row in readings()] == [2_000]

    def test_a_charge_point_that_is_not_marked_or_has_no_site_tells_nothing(self, desk) -> None:
        desk.send("MeterValues", payload(power(1_000)))
        Desk(ChargePointFactory(site=None, site_meter="base")).send("MeterValues", payload(power(1_000)))
        assert readings() == []

    def test_connectors_cost_nothing_more_and_main_meters_one_query(self, desk) -> None:
        def queries(connector):
            with CaptureQueriesContext(connection) as captured:
                desk.send("MeterValues", payload(power(1_000), connector=connector))
            return [each["sql"] for each in captured if "site_meter" in each["sql"]]

        assert queries(1) == []
        assert len(queries(0)) == 1
