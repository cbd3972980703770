"""Fixtures that every test may use, and the rule that services are not missing silently."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from tests.support.databases import own_database, postgres_answers, redis_answers, redis_url
from tests.support.prepared import migrated_postgres, migrated_sqlite, prepare, store
from tests.support.server import Server

# Hypothesis looks after its own pace and that of its inputs, neither of which says anything about evkit.
hypothesis.register_profile(
    "evkit", hypothesis.default, deadline=None, suppress_health_check=list(HealthCheck)
)
hypothesis.load_profile("evkit")

HERE = Path(__file__).parent
REASONS = {
    "postgres": "PostgreSQL does not answer (DATABASE_URL, or 127.0.0.1:5432)",
    "redis": "Redis does not answer (REDIS_URL, or 127.0.0.1:6379)",
    "browser": "Chromium is not installed",
}

DEPOT = """
sites:
  - code: depot
    name: {fr: Dépôt, en: Depot}
    timezone: Europe/Paris
    limit: {value: 100000, unit: W}
charge_points:
  - {identity: CP_1, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC},
                                               {number: 2, max_current_a: 32, phases: 3, current: AC}]}
  - {identity: CP_2, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
vehicles:
  - {code: bus-1, name: Bus 1, battery_wh: 350000}
id_tags:
  - {value: B4A63CDF2212, vehicle: bus-1}
  - {value: BLOCKED, blocked: true}
"""


# Tests here race real processes and sockets against the clock: on a machine that stalls one may fail
# for want of time. Such a test is run once more, and the summary names it ("RERUN").
AGAINST_THE_CLOCK = tuple(
    str(HERE / name)
    for name in (
        "browser",
        "chargers/files/test_endpoint.py",
        "chargers/ocpp/intake",
        "chargers/ocpp/test_connection.py",
        "chargers/ocpp/test_decisions.py",
        "chargers/ocpp/test_gateway.py",
        "chargers/simulator",
        "compliance",
        "console/health",
        "console/live",
        "core/test_mail.py",
        "core/test_process_turns.py",
        "durability",
        "fuzz",
        "system",
        "test_compressed.py",
    )
)

# Every other test is run once more only where its time was up: a machine that stood still for minutes fails
# whatever was running, one test per worker.
TIME_WAS_UP = r"Timeout \(>"


def missing(service: str) -> bool:
    """Tell whether tests must do without a service."""
    if service == "postgres":
        return not postgres_answers()
    if service == "redis":
        return not redis_answers()
    return shutil.which("chromium") is None


def pytest_configure(config: pytest.Config) -> None:
    """Open the store of migrated databases, in the process that starts the others."""
    if not hasattr(config, "workerinput"):
        stack = ExitStack()
        stack.enter_context(store())
        config.add_cleanup(stack.close)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what the tests are made of, while it is loaded and from then on."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no worker is left with one at the end.

    Skip what needs a missing service, with the reason; under CI=true that is a failure.
    """
    absent = {service: missing(service) for service in REASONS}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    for item in items:
        if str(item.path).startswith(AGAINST_THE_CLOCK):
            item.add_marker(pytest.mark.flaky(reruns=1))
        else:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=TIME_WAS_UP))
        for service, reason in REASONS.items():
            if absent[service] and item.get_closest_marker(service):
                if os.environ.get("CI") == "true":
                    pytest.exit(f"{reason}: with CI=true nothing is skipped.", 1)
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """A test database of SQLite is there before the tests: a copy of the migrated one."""
    return not settings.EVKIT_SERVED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:  # runs after it
    """Begin the test database with all tables."""
    of_tests: Any = settings.DATABASES["default"].setdefault("TEST", {})
    if settings.EVKIT_SERVED:
        of_tests["TEMPLATE"] = urlsplit(migrated_postgres()).path.removeprefix("/")
    else:
        migrated = migrated_sqlite()
        of_tests["NAME"] = shutil.copy(migrated, migrated.parent / Path(of_tests["NAME"]).name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:  # runs after it
    """Let tests empty the audit journal, which the database otherwise keeps."""
    from django.db import connection

    from history.append_only import NO_DELETE, NO_TRUNCATE

    of_table = " ON history_auditentry" if connection.vendor == "postgresql" else ""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for name in (NO_DELETE, NO_TRUNCATE):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of_table}")


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Every test begins in English, whatever language the one before it left behind."""
    with translation.override("en"):
        yield


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of a server process: SQLite ("") or one of PostgreSQL, which every server makes anew."""
    with ExitStack() as stack:
        yield "" if request.param == "sqlite" else stack.enter_context(own_database())


@pytest.fixture
def depot_file(tmp_path: Path) -> Path:
    """A small site as a configuration file."""
    return write_depot(tmp_path)


@pytest.fixture
def server(tmp_path: Path, database_url: str, depot_file: Path) -> Iterator[Server]:
    """A running server with the small depot, once on each database."""
    yield from run_server(Server(data_dir=tmp_path, database_url=database_url), depot_file)


@pytest.fixture
def live_evkit(tmp_path: Path, depot_file: Path) -> Iterator[Server]:
    """A running embedded server (SQLite, one process) with the small depot."""
    yield from run_server(Server(data_dir=tmp_path), depot_file)


@pytest.fixture(scope="module")
def shared_evkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running embedded server for all tests of a module: each sets the states it needs."""
    folder = tmp_path_factory.mktemp("evkit")
    yield from run_server(Server(data_dir=folder), write_depot(folder))


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Server]:
    """As `shared_evkit`, once on each database."""
    folder = tmp_path_factory.mktemp("evkit")
    yield from run_server(Server(data_dir=folder, database_url=database_url), write_depot(folder))


@pytest.fixture
def served_evkit(tmp_path: Path, depot_file: Path) -> Iterator[Server]:
    """A running served process (PostgreSQL and Redis) with the small depot."""
    with own_database() as url:
        yield from run_server(Server(data_dir=tmp_path, database_url=url, redis_url=redis_url()), depot_file)


def write_depot(folder: Path) -> Path:
    """Write the small site into `folder`."""
    path = folder / "depot.yaml"
    path.write_text(DEPOT, encoding="utf-8")
    return path


def run_server(server: Server, depot_file: Path) -> Iterator[Server]:
    """Migrate, configure, start and finally stop `server`, even one that never answered."""
    try:
        prepare(server)
        server.manage("apply_config", str(depot_file))
        server.start()
        yield server
    finally:
        server.stop()
