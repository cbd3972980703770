"""The addresses that monitoring systems read."""

from __future__ import annotations

import pytest
from django.db.utils import ConnectionHandler
from django.test import Client

from evkit.console.health import probes
from evkit.console.health.sources import metrics_sources
from sites.models import Site
from sites.services.tokens import create_token
from sites.types import Role
from tests.factories import EARLY, SiteFactory, TransactionFactory

FAR = "203.0.113.7"


def headers(role: str, *sites: Site) -> dict[str, str]:
    _token, secret = create_token(name="prometheus", role=Role(role), sites=sites, now=EARLY)
    return {"authorization": f"Bearer {secret}"}


class TestHealthz:
    def test_it_answers_without_asking_the_database(self):
        answer = Client().get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
        assert "no-store" in answer.headers["Cache-Control"]

    def test_it_only_answers(self):
        assert Client().post("/healthz").status_code == 405


class TestReadyz:
    @pytest.fixture
    def workers(self, monkeypatch):
        """The workers' answer: there is none in tests."""
        causes = [""]
        monkeypatch.setattr(probes, "workers", lambda: causes[0])
        return causes

    def test_with_everything_there_it_is_ready(self, db, workers):
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ready",
            "checks": {"database": "ok", "channel_layer": "ok", "workers": "ok"},
        }

    def test_without_workers_it_is_degraded(self, db, workers):
        workers[0] = "no worker answered within 1 s"
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["status"] == "degraded"
        assert answer.json()["checks"]["workers"] == "no worker answered within 1 s"

    def test_without_redis_it_is_degraded(self, db, workers, settings, closed_port):
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [f"redis://127.0.0.1:{closed_port}"]},
            }
        }
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["status"] == "degraded"
        assert "ConnectionError" in answer.json()["checks"]["channel_layer"]

    @pytest.mark.parametrize(
        ("engine", "name", "cause"),
        [
            ("sqlite3", "/nowhere/evkit.sqlite3", "unable to open database file"),
            ("postgresql", "evkit", "onnection refused"),
        ],
    )
    def test_without_the_database_it_is_unavailable_with_the_cause(
        self, db, workers, monkeypatch, closed_port, engine, name, cause
    ):
        settings = {"ENGINE": f"django.db.backends.{engine}", "NAME": name, "HOST": "127.0.0.1"}
        handler = ConnectionHandler({"default": {**settings, "PORT": closed_port}})
        monkeypatch.setattr(probes, "connection", handler["default"])
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["status"] == "unavailable"
        assert cause in answer.json()["checks"]["database"]

    def test_a_database_that_was_never_prepared_is_unavailable(self, db, workers, monkeypatch, tmp_path):
        settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "empty.sqlite3"}
        monkeypatch.setattr(probes, "connection", ConnectionHandler({"default": settings})["default"])
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert "django_migrations" in answer.json()["checks"]["database"]


class TestMetrics:
    def test_a_caller_on_this_machine_reads_the_figures(self, db):
        TransactionFactory()
        answer = Client().get("/metrics")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        lines = answer.content.decode().splitlines()
        assert "# TYPE evkit_transactions_open gauge" in lines
        assert "evkit_transactions_open 1" in lines
        assert "evkit_charge_points 1" in lines

    def test_registered_sources_are_told_too(self, db):
        metrics_sources.register("test", lambda: {"calls_total": 3, "lane-hot waiting": 0.5})
        try:
            lines = Client().get("/metrics").content.decode().splitlines()
        finally:
            metrics_sources.unregister("test")
        assert "# TYPE evkit_calls_total counter" in lines
        assert "evkit_calls_total 3" in lines
        assert "evkit_lane_hot_waiting 0.5" in lines

    def test_a_caller_from_elsewhere_needs_a_token(self, db):
        assert Client(REMOTE_ADDR=FAR).get("/metrics").status_code == 401
        assert Client(REMOTE_ADDR=FAR, headers=headers("guest")).get("/metrics").status_code == 200

    def test_a_token_for_some_sites_is_not_enough(self, db):
        assert (
            Client(REMOTE_ADDR=FAR, headers=headers("operator", SiteFactory())).get("/metrics").status_code
            == 401
        )

    def test_a_proxy_on_this_machine_does_not_make_its_callers_local(self, db):
        assert Client(headers={"x-forwarded-for": "127.0.0.1"}).get("/metrics").status_code == 401
