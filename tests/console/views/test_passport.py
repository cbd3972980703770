"""The passport of a charge point: what it can do, how it departs from OCPP, its quirks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePoint, ChargePointState, Command, CommandCall, ConfigurationKey, Evse
from chargers.ocpp.deviations import Deviation
from chargers.services.deviations import count_deviations
from chargers.types import CommandState
from evkit.core.clock import utc_now
from sites.models import SiteMeterReading
from sites.types import Role
from tests.console.depot import Depot
from tests.factories import ChargePointFactory

LogIn = Callable[..., Client]
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SAYS = "Its configuration says %s: check the wiring before you set it in the administration."


def page(client: Client, depot: Depot) -> str:
    address = reverse("charge_point_passport", args=[depot.site.code, depot.charging.identity])
    return " ".join(client.get(address).content.decode().split())


def switch(client: Client, depot: Depot, choice: str, name: str = "watts_only") -> int:
    address = reverse("charge_point_quirk", args=[depot.site.code, depot.charging.identity, name])
    return client.post(address, {"switch": choice}).status_code


def test_capabilities_refusals_and_latency(depot: Depot, log_in: LogIn) -> None:
    point = depot.charging
    ConfigurationKey.objects.create(
        charge_point=point, key="GetConfigurationMaxKeys", value="37", reported_at=NOW
    )
    command = Command.objects.create(
        charge_point=point,
        action="ClearCache",
        payload={},
        created_at=NOW,
        deadline=NOW,
        state=CommandState.FAILED,
    )
    CommandCall.objects.create(
        command=command,
        message_id="x",
        request={},
        sent_at=NOW,
        answered_at=NOW + timedelta(milliseconds=123),
        error_code="NotImplemented",
    )
    shown = page(log_in(Role.GUEST), depot)
    assert "Keys in one request" in shown
    assert ">37<" in shown
    assert ">ClearCache<" in shown
    assert "median 123 ms" in shown


def test_the_meter_of_its_site_says_so_on_every_tab_and_what_it_told_here(
    depot: Depot, log_in: LogIn
) -> None:
    client = log_in(Role.GUEST)
    assert "eter of its site" not in page(client, depot)
    ChargePoint.objects.filter(pk=depot.charging.pk).update(site_meter="base")
    at = utc_now() - timedelta(seconds=90)
    SiteMeterReading.objects.create(site=depot.site, at=at, received_at=at, power_w=27_000)
    shown = page(client, depot)
    assert "Its connector 0 measures what the site draws beside its charge points." in shown
    assert "27.0 kW, 1 min ago" in shown
    address = reverse("charge_point", args=[depot.site.code, depot.charging.identity])
    assert "· meter of its site</p>" in client.get(address).content.decode()


def wiring(client: Client, depot: Depot, **declared: object) -> str:
    """What the passport says of connector 1 once it is declared so, without tags."""
    Evse.objects.filter(charge_point=depot.charging, number=1).update(current="AC", **declared)
    section = page(client, depot).split("Wiring of the connectors</h2>")[1].split("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section.split("<tr>")[2]))


@pytest.mark.parametrize(
    ("declared", "told", "shown"),
    [
        ({"phases": 1, "phase_rotation": "STR"}, None, " 1 AC 1 L2 (STR) "),
        ({"phases": 3, "phase_rotation": "STR"}, "1.STR", " 1 AC 3 L2, L3, L1 (STR) "),
        ({"phases": 3}, "0.RST,1.Unknown", " 1 AC 3 not known "),
        (
            {"phases": 1},
            "0.RTS, 1.SRT,2.STR",
            f" 1 AC 1 not known Smart charging counts its current on every phase. {SAYS % 'SRT'} ",
        ),
        (
            {"phases": 1, "phase_rotation": "RST"},
            "1.TRS",
            f" 1 AC 1 L1 (RST) {SAYS % 'TRS'} ",
        ),
    ],
)
def test_the_wiring_as_declared_and_as_the_charge_point_tells_it(
    depot: Depot, log_in: LogIn, declared: dict[str, object], told: str | None, shown: str
) -> None:
    if told is not None:
        ConfigurationKey.objects.create(
            charge_point=depot.charging, key="ConnectorPhaseRotation", value=told, reported_at=NOW
        )
    assert wiring(log_in(Role.GUEST), depot, **declared) == shown
    found = Evse.objects.get(charge_point=depot.charging, number=1).phase_rotation
    assert found == declared.get("phase_rotation", ""), "it is a suggestion"


def test_the_wiring_of_direct_current_says_nothing_of_phases(depot: Depot, log_in: LogIn) -> None:
    client = log_in(Role.GUEST)
    Evse.objects.filter(charge_point=depot.charging).update(current="DC", phases=1)
    shown = page(client, depot).split("Wiring of the connectors</h2>")[1].split("</section>")[0]
    assert "not known" not in shown
    assert "Smart charging counts" not in shown


def test_deviations_here_and_of_the_model(depot: Depot, log_in: LogIn) -> None:
    other = ChargePointFactory(site=depot.site)
    for point in (depot.charging, other):
        ChargePointState.objects.filter(pk=point.pk).update(
            vendor="Acme", model="One", firmware_version="1.0"
        )
    deviation = Deviation("string-too-long", "BootNotification", "serial number")
    count_deviations([(depot.charging.pk, deviation)] * 2 + [(other.pk, deviation)] * 5, now=NOW)
    client = log_in(Role.GUEST)
    shown = page(client, depot)
    assert "string-too-long" in shown
    assert "7 on 2 charge points" in shown
    ChargePointState.objects.filter(pk=other.pk).update(firmware_version="2.0")
    assert "2 on 1 charge point" in page(client, depot)


def test_an_administrator_switches_a_quirk_and_leaves_it_to_the_preset(depot: Depot, log_in: LogIn) -> None:
    client = log_in(Role.ADMINISTRATOR)
    assert "switched on" not in page(client, depot)
    assert switch(client, depot, "on") == 302
    depot.charging.refresh_from_db()
    assert depot.charging.quirk_switches == {"watts_only": True}
    assert "an administrator" in page(client, depot)
    switch(client, depot, "preset")
    depot.charging.refresh_from_db()
    assert depot.charging.quirk_switches == {}


@pytest.mark.parametrize(("choice", "name"), [("sideways", "watts_only"), ("on", "no_such_quirk")])
def test_nonsense_switches_nothing(depot: Depot, log_in: LogIn, choice: str, name: str) -> None:
    assert switch(log_in(Role.ADMINISTRATOR), depot, choice, name) == 302
    depot.charging.refresh_from_db()
    assert depot.charging.quirk_switches == {}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.GUEST])
def test_others_look_only(depot: Depot, log_in: LogIn, role: Role) -> None:
    client = log_in(role)
    assert "Switch on" not in page(client, depot)
    assert switch(client, depot, "on") == 403
    depot.charging.refresh_from_db()
    assert depot.charging.quirk_switches == {}


def test_the_operating_mode_says_what_counts_and_who_says_so(depot: Depot, log_in: LogIn) -> None:
    point = depot.charging
    ConfigurationKey.objects.create(
        charge_point=point, key="ChargingScheduleMaxPeriods", value="7", reported_at=NOW
    )
    type(point).objects.filter(pk=point.pk).update(
        operating_mode={"unit": "W", "survives_reboot": True, "pause": "stop"}
    )
    shown = page(log_in(Role.GUEST), depot)
    assert "Operating mode" in shown
    for value, source in (
        ("W", "an administrator"),
        ("yes", "an administrator"),
        ("a stop only", "an administrator"),
        ("7", "its configuration"),
    ):
        assert f'<span>{value}</span></td> <td data-label="Decided by"><span>{source}</span>' in shown
