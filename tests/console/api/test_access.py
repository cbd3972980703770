"""Every address of the API for every role and for nobody: what they see, and that refusals change nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.test import Client

from chargers.models import Command
from charging.models import IdToken, Transaction, Vehicle
from evkit.console.api.assembly import api
from evkit.core.clock import utc_now
from history.models import AuditEntry
from sites.models import ApiToken, ExternalVariable, Site, SiteMeterReading
from sites.services.tokens import revoke_token

ROLES = ("administrator", "operator", "guest")


@dataclass(frozen=True)
class Address:
    """A method and path, and which roles succeed; `{site}` ... are filled in for a place."""

    method: str
    path: str
    body: dict[str, object] = field(default_factory=dict)
    roles: tuple[str, ...] = ROLES
    status: int = 200


OF_A_PLACE = (
    Address("GET", "sites/{site}"),
    Address("PATCH", "sites/{site}", {"limit": {"value": 1, "unit": "W"}}, ("administrator",)),
    Address("GET", "sites/{site}/policies"),
    Address("GET", "sites/{site}/decisions"),
    Address("GET", "sites/{site}/decisions/1", status=404),
    Address("PATCH", "sites/{site}/policies", {"unknown_tags": "accept"}, ("administrator",)),
    Address("GET", "sites/{site}/groups"),
    Address("GET", "sites/{site}/groups/2", {}, ROLES, 404),
    Address("PUT", "sites/{site}/groups/2", {"name": "Night"}, ("administrator",)),
    Address("DELETE", "sites/{site}/groups/2", {}, ("administrator",), 404),
    Address("GET", "charge-points/{charge_point}/quirks"),
    Address("GET", "charge-points/{charge_point}/deviations"),
    Address(
        "PATCH", "charge-points/{charge_point}/quirks", {"switches": {"tag_suffix": True}}, ("administrator",)
    ),
    Address(
        "PATCH", "charge-points/{charge_point}/connectors/1", {"automatic_start": "T"}, ("administrator",)
    ),
    Address("PATCH", "charge-points/{charge_point}", {"priority": 2}, ("administrator",)),
    Address("POST", "sites/{site}/meter", {"power_w": 1000}, ("administrator", "operator"), 201),
    Address("DELETE", "sites/{site}/meter", {}, ("administrator",), 204),
    Address("GET", "charge-points/{charge_point}"),
    Address(
        "POST",
        "charge-points/{charge_point}/commands",
        {"action": "Reset", "payload": {"type": "Soft"}},
        ("administrator", "operator"),
        202,
    ),
    Address("GET", "charge-points/{charge_point}/configuration"),
    Address(
        "PATCH",
        "charge-points/{charge_point}/configuration",
        {"desired": {"HeartbeatInterval": "60"}},
        ("administrator", "operator"),
    ),
    Address("GET", "charge-points/{charge_point}/files"),
    Address("GET", "charge-points/{charge_point}/security-events"),
    Address("GET", "charge-points/{charge_point}/certificates"),
    Address(
        "POST", "charge-points/{charge_point}/certificates/4711/revoke", {}, ("administrator",), status=404
    ),
    Address("GET", "charge-points/{charge_point}/local-list"),
    Address("POST", "charge-points/{charge_point}/local-list", {}, ("administrator", "operator"), 202),
    Address(
        "PATCH", "charge-points/{charge_point}/local-list", {"kept": True}, ("administrator", "operator")
    ),
    Address(
        "POST", "charge-points/{charge_point}/connectors/1/pause", {}, ("administrator", "operator"), 202
    ),
    Address(
        "POST", "charge-points/{charge_point}/connectors/1/resume", {}, ("administrator", "operator"), 400
    ),
    Address("GET", "charge-points/{charge_point}/connectors/1/override"),
    Address(
        "PUT",
        "charge-points/{charge_point}/connectors/1/override",
        {"kind": "boost", "until": "2026-01-01T00:00:00Z", "reason": "test"},
        ("administrator", "operator"),
        422,
    ),
    Address(
        "DELETE", "charge-points/{charge_point}/connectors/1/override", {}, ("administrator", "operator"), 422
    ),
    Address("GET", "charge-points/{charge_point}/connectors/1/plan"),
    Address(
        "PUT",
        "charge-points/{charge_point}/connectors/1/plan",
        {"departs_at": "2026-01-01T00:00:00Z"},
        ("administrator", "operator"),
        422,
    ),
    Address(
        "DELETE", "charge-points/{charge_point}/connectors/1/plan", {}, ("administrator", "operator"), 422
    ),
    Address("GET", "commands/{command}"),
    Address("GET", "transactions/{transaction}"),
    Address("GET", "transactions/{transaction}/meter-values"),
    Address("GET", "transactions/{transaction}/curves"),
    Address("GET", "sites/{site}/curves"),
    Address("GET", "charge-points/{charge_point}/curves"),
    Address(
        "POST",
        "transactions/{transaction}/energy",
        {"value_wh": 5.0, "reason": "test"},
        ("administrator", "operator"),
    ),
)
LISTS = (
    Address("GET", "authority"),
    Address("GET", "sites"),
    Address("GET", "charge-points"),
    Address("GET", "reservations"),
    Address("GET", "transactions"),
    Address("GET", "transactions/totals"),
    Address("GET", "messages"),
    Address("GET", "vehicles"),
    Address("GET", "vehicles/{vehicle}"),
)
OF_THE_PROJECT = (
    Address("POST", "variables/pv.power", {"value": 5}, ("administrator", "operator"), 201),
    Address("POST", "vehicles", {"code": "van-9", "name": "Van 9"}, ("administrator",), 201),
    Address("PATCH", "vehicles/{vehicle}", {"name": "Bus", "tags": ["NEW"]}, ("administrator",)),
    Address("DELETE", "vehicles/{vehicle}", {}, ("administrator",), 422),
)
EVERY_ADDRESS = (*OF_A_PLACE, *LISTS, *OF_THE_PROJECT)


def request(client, address, place):
    if address.path.endswith("/energy"):
        Transaction.objects.filter(pk=place.transaction.pk).update(ended_at=utc_now())
    path = address.path.format(
        site=place.site.code,
        charge_point=place.charge_point.identity,
        transaction=place.transaction.number,
        command=place.command.pk,
        vehicle=place.transaction.vehicle.code,
    )
    send = getattr(client.client, address.method.lower())
    if address.method == "GET":
        return send(f"/api/v1/{path}")
    return send(f"/api/v1/{path}", address.body, content_type="application/json")


def fingerprint():
    """Return what a refused request must leave as it is."""
    return (
        list(Site.objects.values()),
        Command.objects.count(),
        SiteMeterReading.objects.count(),
        ExternalVariable.objects.count(),
        AuditEntry.objects.count(),
        list(Vehicle.objects.values()),
        list(IdToken.objects.values()),
    )


def named(addresses):
    return [pytest.param(address, id=f"{address.method} {address.path}") for address in addresses]


class TestCompleteness:
    def test_these_tests_cover_every_address_of_the_api(self):
        documented = {
            (method.upper(), path.removeprefix("/api/v1/"))
            for path, operations in api.get_openapi_schema()["paths"].items()
            for method in operations
        }
        tested = {
            (
                address.method,
                address.path.replace("{site}", "{code}")
                .replace("{charge_point}", "{identity}")
                .replace("{command}", "{command_id}")
                .replace("{transaction}", "{number}")
                .replace("{vehicle}", "{code}")
                .replace("connectors/1", "connectors/{connector}")
                .replace("groups/2", "groups/{number}")
                .replace("pv.power", "{name}")
                .replace("4711", "{serial_number}")
                .replace("decisions/1", "decisions/{number}"),
            )
            for address in EVERY_ADDRESS
        }
        assert tested == documented


@pytest.mark.parametrize("address", named(EVERY_ADDRESS))
class TestNobody:
    def test_without_a_token_everything_is_refused(self, anonymous, mine, address):
        before = fingerprint()
        answer = request(anonymous, address, mine)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["error"]["code"] == "unauthenticated"
        assert fingerprint() == before

    def test_with_a_revoked_token_everything_is_refused(self, administrator, mine, address):
        revoke_token(token=ApiToken.objects.get(), now=utc_now())
        before = fingerprint()
        assert request(administrator, address, mine).status_code == 401
        assert fingerprint() == before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", named((*OF_A_PLACE, *LISTS)))
class TestOwnSite:
    def test_the_role_decides(self, caller, mine, address, role):
        client = caller(role, mine.site)
        before = fingerprint()
        answer = request(client, address, mine)
        if role in address.roles:
            assert answer.status_code == address.status
        else:
            assert answer.status_code == 403
            assert answer.json()["error"]["code"] == "forbidden"
            assert fingerprint() == before


@pytest.mark.parametrize("role", ROLES)
class TestOtherSites:
    @pytest.mark.parametrize("address", named(OF_A_PLACE))
    def test_what_is_on_another_site_does_not_exist(self, caller, mine, other, address, role):
        client = caller(role, mine.site)
        before = fingerprint()
        answer = request(client, address, other)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"
        assert fingerprint() == before

    @pytest.mark.parametrize(
        ("path", "key", "seen"),
        [
            ("sites", "code", "mine"),
            ("charge-points", "identity", "CP_MINE"),
            ("transactions", "charge_point", "CP_MINE"),
        ],
    )
    def test_lists_leave_it_out(self, caller, mine, other, role, path, key, seen):
        items = caller(role, mine.site).get(path).json()["items"]
        assert [item[key] for item in items] == [seen]

    @pytest.mark.parametrize(
        "query", [{"site": "other"}, {"charge_point": "CP_OTHER"}, {"vehicle": "bus-other"}]
    )
    def test_filters_do_not_open_it(self, caller, mine, other, role, query):
        assert caller(role, mine.site).get("transactions", **query).json()["items"] == []

    def test_a_charge_point_without_site_is_seen_only_by_callers_of_every_site(self, caller, mine, role):
        mine.charge_point.site = None
        mine.charge_point.save()
        assert caller(role, mine.site).get("charge-points/CP_MINE").status_code == 404
        assert caller(role).get("charge-points/CP_MINE").status_code == 200

    def test_messages_of_another_site_are_refused(self, caller, mine, other, role):
        assert caller(role, mine.site).get("messages", charge_point="CP_OTHER").status_code == 404

    @pytest.mark.parametrize("address", named(OF_THE_PROJECT))
    def test_what_belongs_to_the_project_is_decided_by_callers_of_every_site(
        self, caller, mine, role, address
    ):
        client = caller(role, mine.site)
        before = fingerprint()
        answer = request(client, address, mine)
        assert answer.status_code == 403
        assert fingerprint() == before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", named(OF_THE_PROJECT))
class TestTheProject:
    def test_the_role_decides(self, caller, mine, address, role):
        client = caller(role)
        before = fingerprint()
        answer = request(client, address, mine)
        if role in address.roles:
            assert answer.status_code == address.status
        else:
            assert answer.status_code == 403
            assert fingerprint() == before


class TestTokens:
    @pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer ", "Bearer wrong", "bearer\u00e9"])
    def test_what_is_not_a_token_is_refused(self, db, header):
        answer = Client(headers={"authorization": header}).get("/api/v1/sites")
        assert answer.status_code == 401

    def test_the_use_of_a_token_is_noted(self, administrator):
        assert ApiToken.objects.get().last_used_at is None
        administrator.get("sites")
        assert ApiToken.objects.get().last_used_at is not None

    def test_a_session_of_the_pages_opens_nothing(self, admin_client):
        assert admin_client.get("/api/v1/sites").status_code == 401
