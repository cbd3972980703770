from __future__ import annotations

import threading
import time

import pytest
from celery import Celery

from evkit.console.health import probes
from tests.support.databases import redis_url


class TestWorkers:
    def test_a_broker_that_is_away_is_told_soon(self, settings, closed_port):
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{closed_port}/0"
        started = time.monotonic()
        assert "refused" in probes.workers()
        assert time.monotonic() - started < 5

    def test_no_worker_is_told(self, settings):
        settings.CELERY_BROKER_URL = "memory://"
        assert probes.workers() == "no worker answered within 1 s"

    @pytest.mark.redis
    @pytest.mark.filterwarnings("ignore:You're running the worker with superuser privileges")
    def test_a_worker_that_answers_is_all_that_is_asked(self, settings):
        settings.CELERY_BROKER_URL = redis_url()
        app = Celery("test", broker=redis_url(), set_as_current=False)
        app.conf.worker_hijack_root_logger = False
        worker = app.Worker(
            pool="solo", concurrency=1, without_heartbeat=True, loglevel="ERROR", hostname="test@here"
        )
        thread = threading.Thread(target=worker.start, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        cause = probes.workers()
        while cause and time.monotonic() < deadline:
            cause = probes.workers()
        worker.stop()
        thread.join(10)
        assert cause == ""
