"""Every error is JSON of one shape, with the fitting status."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError
from django.test import Client

from evkit.console.api.resources import sites

pytestmark = pytest.mark.django_db


def error_of(answer):
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "field"}
    return answer.status_code, error["code"], error["field"]


class TestErrors:
    @pytest.mark.parametrize("path", ["", "nothing", "sites/", "charge-points/A/b/c", "transactions/abc"])
    def test_an_unknown_address_is_404(self, administrator, path):
        assert error_of(administrator.get(path))[0] == 404

    def test_an_unknown_method_is_405_with_the_known_ones(self, administrator, mine):
        answer = administrator.client.delete("/api/v1/sites/mine")
        assert error_of(answer) == (405, "method_not_allowed", None)
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "PATCH"}

    @pytest.mark.parametrize(
        "body",
        [
            "{",
            '{"value": NaN}',
            '{"value": 1e999}',
            '{"value": "\\u0000"}',
            '{"value": "\\ud800"}',
            b'{"value": "\xff"}',
            '{"value": ' + "[" * 10_000,
        ],
    )
    def test_a_body_that_is_not_json_is_400(self, administrator, body):
        answer = administrator.client.post("/api/v1/variables/x", body, content_type="application/json")
        assert error_of(answer) == (400, "malformed", None)

    def test_a_body_that_is_too_large_is_413(self, administrator):
        answer = administrator.post("variables/x", {"value": "x" * 3_000_000})
        assert error_of(answer) == (413, "too_large", None)

    @pytest.mark.parametrize(
        "path", ["sites/%00", "charge-points/a%00b", "transactions?site=%00", "transactions?id_tag=a%00"]
    )
    def test_what_no_name_can_hold_is_404(self, administrator, path):
        assert error_of(administrator.client.get(f"/api/v1/{path}"))[0] == 404

    def test_a_database_that_is_away_is_503(self, administrator, monkeypatch):
        def fail(*_args):
            raise OperationalError("connection refused")

        monkeypatch.setattr(sites, "_totals", fail)
        answer = administrator.get("sites")
        assert error_of(answer) == (503, "unavailable", None)
        assert answer.headers["Retry-After"] == "5"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"limt": None}, "limt"),
            ({"limit": {"value": -1, "unit": "W"}}, "limit.value"),
            ({"limit": {"value": 1, "unit": "kW"}}, "limit.unit"),
            ({"limit": {"value": 1}}, "limit.unit"),
            ({"smart_charging": {"enabled": True, "voltage_v": 1}}, "smart_charging.voltage_v"),
            ({"smart_charging": None}, "smart_charging"),
        ],
    )
    def test_a_bad_value_is_422_and_names_the_field(self, administrator, mine, body, field):
        assert error_of(administrator.patch("sites/mine", body)) == (422, "invalid_input", field)

    @pytest.mark.parametrize(
        ("path", "query", "field"),
        [
            ("sites", {"limit": 0}, "limit"),
            ("sites", {"limit": 501}, "limit"),
            ("sites", {"limit": "x"}, "limit"),
            ("sites", {"cursor": "x"}, "cursor"),
            ("sites", {"cursor": "WzFd"}, "cursor"),
            ("transactions", {"cursor": "WyJhIl0"}, "cursor"),
            ("transactions", {"cursor": "WzFlOTldCg"}, "cursor"),
            ("messages", {"cursor": "WzEsMiwzXQ"}, "cursor"),
            ("charge-points", {"state": "Sleeping"}, "state"),
            ("charge-points", {"sate": "Charging"}, "sate"),
            ("transactions", {"from": "yesterday"}, "from"),
            ("transactions", {"from": "2026-01-01T00:00:00"}, "from"),
            ("transactions", {"from": "0001-01-01T00:00:00+14:00"}, "from"),
            ("transactions", {"to": "9999-12-31T23:59:59-14:00"}, "to"),
            ("transactions", {"open": "maybe"}, "open"),
            ("messages", {"cursor": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxLDFd"}, "cursor"),
            ("messages", {"since": "x"}, "since"),
        ],
    )
    def test_a_bad_parameter_is_422_and_names_it(self, administrator, path, query, field):
        assert error_of(administrator.get(path, **query)) == (422, "invalid_input", field)

    @pytest.mark.parametrize("path", ["transactions/99999999999999999999", "commands/99999999999999999999"])
    def test_a_number_beyond_any_is_404(self, administrator, path):
        assert error_of(administrator.get(path)) == (404, "not_found", None)

    def test_a_failure_of_the_server_is_500_without_details(self, administrator, monkeypatch, caplog):
        def fail(*_args):
            raise RuntimeError("the secret cause")

        monkeypatch.setattr(sites, "_totals", fail)
        with caplog.at_level(logging.ERROR):
            answer = administrator.get("sites")
        assert error_of(answer) == (500, "internal_error", None)
        assert "secret cause" not in answer.content.decode()
        assert "the secret cause" in caplog.text

    def test_messages_are_in_the_caller_s_language(self, administrator):
        answer = administrator.client.get("/api/v1/sites/x", headers={"accept-language": "en"})
        assert answer.json()["error"]["message"] == "There is no site “x”."


class TestOpenApi:
    def test_the_document_needs_no_token_and_nothing_from_elsewhere(self):
        document = Client().get("/api/v1/openapi.json").json()
        assert document["info"]["title"] == "evkit"
        assert "/api/v1/charge-points/{identity}/commands" in document["paths"]
        assert document["components"]["securitySchemes"]["TokenBearer"]["scheme"] == "bearer"

    def test_there_is_no_page_that_loads_scripts_from_elsewhere(self):
        assert Client().get("/api/v1/docs").status_code == 404
