"""One server for all cases; each case has a charge point and an id tag of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compliance.cases import case_of, official_cases
from tests.compliance.csms import Csms
from tests.compliance.station import Station
from tests.conftest import run_server
from tests.support.server import Server, free_port

HEAD = """
sites:
  - {code: depot, name: {fr: Dépôt, en: Depot}, timezone: Europe/Paris}
id_tags:
  - {value: TAG_EXPIRED, expires: "2024-01-01T00:00:00Z"}
  - {value: TAG_BLOCKED, blocked: true}
  - {value: TAG_GROUP}
  - {value: TAG_OF_GROUP_1, parent: TAG_GROUP}
  - {value: TAG_OF_GROUP_2, parent: TAG_GROUP}
"""
TAG = "  - {{value: {tag}}}\n"
CHARGE_POINT = """  - {{identity: {identity}, site: depot, connectors: [
      {{number: 1, max_current_a: 32, phases: 3, current: AC}},
      {{number: 2, max_current_a: 32, phases: 3, current: AC}}]}}
"""


def tag_of(case: str) -> str:
    """Return the id tag that only this case uses."""
    return case.replace("TC", "TAG")


def configuration() -> str:
    """Return a depot with a charge point and an id tag for every case."""
    cases = official_cases()
    tags = "".join(TAG.format(tag=tag_of(case)) for case in cases)
    points = "".join(CHARGE_POINT.format(identity=case) for case in cases)
    return f"{HEAD}{tags}charge_points:\n{points}"


@pytest.fixture(scope="session")
def running_csms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running server."""
    folder = tmp_path_factory.mktemp("compliance")
    depot = folder / "depot.yaml"
    depot.write_text(configuration(), encoding="utf-8")
    yield from run_server(Server(data_dir=folder, tls_port=free_port()), depot)


@pytest.fixture(scope="session")
def operator_token(running_csms: Server) -> str:
    """A token of the API that may send commands."""
    printed = running_csms.manage("create_api_token", "compliance", "--role", "operator")
    return next(word for word in printed.split() if word.startswith("evkit_"))


@pytest.fixture
def csms(request: pytest.FixtureRequest, running_csms: Server, operator_token: str) -> Csms:
    """The central system, as an operator sees this case's charge point."""
    return Csms(running_csms, operator_token, case_of(request.node.name))


@pytest.fixture
def unbooted(csms: Csms) -> Iterator[Station]:
    """This case's charge point, connected, before it has said anything."""
    station = Station(csms.server.ocpp_url, csms.identity, tag_of(csms.identity)).connect()
    yield station
    station.disconnect()


@pytest.fixture
def station(unbooted: Station) -> Station:
    """This case's charge point, booted, with all connectors available."""
    assert unbooted.boot()["status"] == "Accepted"
    return unbooted
