"""The tabs of a charge point: addresses, fragments, filters and downloads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import Client
from django.urls import reverse

from chargers.models import Command, CommandCall
from chargers.models.command import ROUTINE
from chargers.types import CommandState
from charging.models import MeterSample
from charging.services.smart.marks import SET, SMART
from evkit.console.selectors.messages import Key
from evkit.core.clock import utc_now
from history.models import Message
from history.types import Direction
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector

LogIn = Callable[..., Client]
TABS = (
    "transactions",
    "curves",
    "commands",
    "configuration",
    "passport",
    "messages",
    "files",
    "connections",
    "security",
)
LIVE = {"HX-Request": "true"}


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(Role.OPERATOR)


def tab(depot: Depot, name: str, identity: str = "A_001") -> str:
    return reverse(f"charge_point_{name}", args=[depot.site.code, identity])


def set_limit(depot: Depot, state: str = CommandState.ACCEPTED) -> Command:
    now = utc_now()
    return Command.objects.create(
        charge_point=depot.charging, action=SET, requested_name=SMART.name, state=state,
        created_at=now, deadline=now,
    )  # fmt: skip


def text_of(response) -> str:
    async def read() -> bytes:
        return b"".join([part async for part in response.streaming_content])

    return async_to_sync(read)().decode()


def log(depot: Depot, sequence: int, **fields) -> Message:
    values = {
        "at": utc_now() - timedelta(minutes=5),
        "direction": Direction.IN,
        "action": "Heartbeat",
        "message_id": f"m{sequence}",
        "frame": f'[2,"m{sequence}","Heartbeat",{{}}]',
        **fields,
    }
    return Message.objects.create(charge_point_id=depot.charging.pk, sequence=sequence, **values)


class TestTabs:
    @pytest.mark.parametrize("name", TABS)
    def test_each_is_marked_and_keeps_the_connector(self, client: Client, depot: Depot, name: str) -> None:
        page = client.get(tab(depot, name), {"connector": "2"}).content.decode()
        assert page.count('class="tab"') == len(TABS) + 1
        assert f'href="{tab(depot, name)}?connector=2" aria-current="page"' in page

    @pytest.mark.parametrize("name", TABS)
    def test_the_live_feed_gets_fragments_of_that_tab_only(
        self, client: Client, depot: Depot, name: str
    ) -> None:
        text = client.get(tab(depot, name), {"only": "all"}, headers=LIVE).content.decode()
        assert "<html" not in text
        assert 'id="cp-head"' in text
        assert 'id="cp-plan"' not in text
        assert "only=all" not in text

    def test_a_followed_link_gets_the_whole_page(self, client: Client, depot: Depot) -> None:
        headers = {**LIVE, "HX-Boosted": "true"}
        assert "<html" in client.get(tab(depot, "messages"), headers=headers).content.decode()

    @pytest.mark.parametrize("identity", ["hall/A 1", "a~1b", "..", "é?#%2F"])
    def test_any_identity_has_its_pages(self, client: Client, depot: Depot, identity: str) -> None:
        add_connector(add_charge_point(depot.site, identity), 1)
        address = reverse("charge_point", args=[depot.site.code, identity])
        page = client.get(address)
        assert page.context["charge_point"].identity == identity
        for name in TABS:
            assert client.get(tab(depot, name, identity)).status_code == 200
            assert f'href="{tab(depot, name, identity)}"' in page.content.decode().replace("&#x27;", "'")


class TestLive:
    def test_a_vehicle_keeps_its_name_until_it_is_unplugged(self, client: Client, depot: Depot) -> None:
        address = reverse("charge_point", args=[depot.site.code, "A_001"])
        depot.transaction.ended_at = utc_now()
        depot.transaction.save()
        state = depot.charging.evses.get(number=1).state
        for status, named in (("Finishing", True), ("Available", False), ("Preparing", False)):
            state.status = status
            state.save()
            card = client.get(address).context["detail"].selected.card
            assert (card.vehicle == "Bus 212") is named, status
            assert card.transaction is None


class TestMessages:
    def test_the_live_feed_appends_what_is_newer_than_the_first_line(
        self, client: Client, depot: Depot
    ) -> None:
        old = log(depot, 1)
        log(depot, 2)
        query = {"only": "all", "after": str(Key(old.at, old.sequence))}
        text = client.get(tab(depot, "messages"), query, headers=LIVE).content.decode()
        assert 'hx-swap-oob="afterbegin:#log"' in text
        assert text.count("data-cursor") == 1

    @pytest.mark.parametrize("query", [{"after": "paused"}, {"before": "1-1"}, {"to": "2026-01-01"}])
    def test_a_page_of_the_past_and_a_paused_one_stay_as_they_are(
        self, client: Client, depot: Depot, query: dict[str, str]
    ) -> None:
        log(depot, 1)
        text = client.get(tab(depot, "messages"), {"only": "all", **query}, headers=LIVE).content.decode()
        assert "data-cursor" not in text
        assert 'id="cp-log"' not in text

    def test_a_message_has_a_page_and_opens_in_its_line(self, client: Client, depot: Depot) -> None:
        row = log(depot, 1, deviations='[{"code":"odd","detail":"<b>x</b>"}]')
        address = reverse(
            "charge_point_message", args=[depot.site.code, "A_001", str(Key(row.at, row.sequence))]
        )
        page, part = (client.get(address, headers=headers).content.decode() for headers in ({}, LIVE))
        assert "<html" in page
        assert "<html" not in part
        assert "&lt;b&gt;x&lt;/b&gt;" in page
        assert "&quot;Heartbeat&quot;," in part
        assert client.get(address.replace("-1/", "-9/")).status_code == 404

    def test_downloads_hold_what_passes_the_filter(self, client: Client, depot: Depot) -> None:
        log(depot, 1)
        log(depot, 2, action="=cmd()", frame="x")
        point = [depot.site.code, "A_001"]
        lines = text_of(client.get(reverse("charge_point_frames", args=[*point, "jsonl"])))
        assert [json.loads(line)["message_id"] for line in lines.splitlines()] == ["m1", "m2"]
        table = text_of(client.get(reverse("charge_point_frames", args=[*point, "csv"]), {"q": "x"}))
        assert len(table.splitlines()) == 2
        assert "'=cmd()" in table
        assert client.get(reverse("charge_point_frames", args=[*point, "exe"])).status_code == 404


class TestCommands:
    def test_limits_of_smart_charging_are_counted_and_shown_when_asked_for(
        self, client: Client, depot: Depot
    ) -> None:
        set_limit(depot)
        page = client.get(tab(depot, "commands"))
        assert not page.context["lines"]
        text = page.content.decode()
        assert "No command yet" not in text
        assert "1 limit that smart charging set is not shown." in text
        assert f'href="{tab(depot, "commands")}?by=all"' in text
        assert len(client.get(tab(depot, "commands"), {"by": "all"}).context["lines"]) == 1
        assert len(client.get(tab(depot, "commands"), {"action": SET}).context["lines"]) == 1

    @pytest.mark.parametrize("state", ["rejected", "failed", "timed_out"])
    def test_a_limit_that_the_charge_point_did_not_follow_is_always_shown(
        self, client: Client, depot: Depot, state: str
    ) -> None:
        set_limit(depot)
        set_limit(depot)
        refused = set_limit(depot, state)
        page = client.get(tab(depot, "commands"))
        assert [command.pk for command, _line in page.context["lines"]] == [refused.pk]
        assert "2 limits that smart charging set are not shown." in page.content.decode()
        everything = client.get(tab(depot, "commands"), {"by": "all"})
        assert len(everything.context["lines"]) == 3
        text = everything.content.decode()
        assert "not shown" not in text
        assert "Hide them" in text

    def test_without_a_command_the_page_says_so(self, client: Client, depot: Depot) -> None:
        text = client.get(tab(depot, "commands")).content.decode()
        assert "No command yet" in text
        assert "not shown" not in text

    def test_the_newest_that_are_no_routine_are_found_by_their_index(self, depot: Depot) -> None:
        rows = Command.objects.filter(charge_point=depot.charging).exclude(ROUTINE).order_by("-id")[:6]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert "command_not_routine" in rows.explain()

    def test_lists_filters_and_opens_to_the_exact_frames(self, client: Client, depot: Depot) -> None:
        now = utc_now()
        command = Command.objects.create(
            charge_point=depot.charging, action="Reset", state=CommandState.ACCEPTED,
            created_at=now, deadline=now, requested_name="operator",
        )  # fmt: skip
        CommandCall.objects.create(
            command=command, message_id="c1", sent_at=now, answered_at=now + timedelta(milliseconds=40)
        )
        log(depot, 1, at=now, direction=Direction.OUT, message_id="c1", frame='[2,"c1","Reset",{}]')
        log(depot, 2, at=now, message_id="c1", frame='[3,"c1",{"status":"Accepted"}]')
        assert "<b>Reset</b>" in client.get(tab(depot, "commands")).content.decode()
        other = client.get(tab(depot, "commands"), {"state": "rejected"}).content.decode()
        assert "<b>Reset</b>" not in other
        address = reverse("charge_point_command", args=[depot.site.code, "A_001", command.pk])
        part = client.get(address, headers=LIVE).content.decode()
        assert "Answer, after 40" in part
        assert "&quot;Accepted&quot;" in part
        elsewhere = reverse("charge_point_command", args=[depot.site.code, "A_002", command.pk])
        assert client.get(elsewhere).status_code == 404


class TestCurves:
    def test_samples_are_downloaded_as_they_were_measured(self, client: Client, depot: Depot) -> None:
        at = utc_now() - timedelta(minutes=1)
        MeterSample.objects.create(
            charge_point_id=depot.charging.pk, evse_number=1, measured_at=at, received_at=at,
            fingerprint=1, power_w=38_400.0,
        )  # fmt: skip
        point = [depot.site.code, "A_001", 1]
        rows = text_of(client.get(reverse("connector_samples", args=point))).splitlines()
        assert rows[0].startswith(
            "charge_point,connector,measured_at,received_at,transaction_number,power_w,"
        )
        assert rows[1].split(",")[5] == "38400.0"
        answer = client.get(reverse("connector_curves", args=point), {"period": "1h"}).json()
        assert [chart["key"] for chart in answer["charts"]] == ["power"]
        assert answer["sessions"][0]["label"] == "Bus 212"

    def test_a_part_that_was_dragged_out_is_told_in_the_sites_time(
        self, client: Client, depot: Depot
    ) -> None:
        point = [depot.site.code, "A_001", 1]
        query = {"start": "1795000000", "end": "1795000060.5"}
        answer = client.get(reverse("connector_curves", args=point), query).json()
        assert (answer["start"], answer["end"]) == (1795000000, 1795000060.5)
        assert answer["from"] == "2026-11-18T12:06:40+01:00"


class TestTransaction:
    def test_shows_its_course_and_only_on_its_own_site(self, client: Client, depot: Depot) -> None:
        address = reverse("transaction", args=[depot.site.code, depot.transaction.number])
        page = client.get(address)
        assert page.context["detail"].row.vehicle.name == "Bus 212"
        fragments = client.get(address, {"only": "all"}, headers=LIVE).content.decode()
        assert "<html" not in fragments
        assert 'id="tx-facts"' in fragments
        assert client.get(reverse("transaction", args=[depot.site.code, 999_999])).status_code == 404
