"""A simulated charge point that does not go on after a limit of 0: evkit starts its charge again, learns it,
and where power is short lets it keep its minimum while another one waits."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import run_server
from tests.support.garage import BRISK, Garage
from tests.support.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

STUCK, WILLING = "R_1", "R_2"
DEPOT = """
sites:
  - code: depot
    name: {fr: Dépôt, en: Depot}
    timezone: Europe/Paris
    limit: {value: 60000, unit: W}
    smart_charging: {enabled: true, distribution: equal, launch_reserve: 0, dead_band: {value: 500, unit: W}}
    automatic_restart: true
    unknown_tags: accept
charge_points:
  - {identity: R_1, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
  - {identity: R_2, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
"""


@pytest.fixture
def evkit(tmp_path: Path) -> Iterator[Server]:
    path = tmp_path / "depot.yaml"
    path.write_text(DEPOT, encoding="utf-8")
    command, environment = "evkit run --port {port}", {"DEMO": "0"}
    yield from run_server(Server(data_dir=tmp_path, command=command, extra_environment=environment), path)


@pytest.fixture
async def garage(evkit: Server) -> AsyncIterator[Garage]:
    specs = [
        replace(BRISK, identity=STUCK, misbehaviours=("never_resumes",)),
        replace(BRISK, identity=WILLING),
    ]
    async with Garage.of(specs, evkit) as garage:
        yield garage


def limit(evkit: Server, watts: float) -> None:
    evkit.shell(f"from sites.models import Site; Site.objects.update(limit_value={watts})")


def known(evkit: Server) -> list[tuple[bool | None, str]]:
    """What was learned of each connector, and why it has its share."""
    rows = "ConnectorLimit.objects.order_by('evse__charge_point__identity').values_list('resumes', 'why')"
    code = f"import json; from charging.models import ConnectorLimit; print(json.dumps(list({rows})))"
    return [(resumes, why) for resumes, why in json.loads(evkit.shell(code))]


async def test_who_does_not_go_on_is_started_again_and_then_keeps_its_minimum(
    evkit: Server, garage: Garage
) -> None:
    for name in (STUCK, WILLING):
        await garage.begin(name)
    assert await garage.reach(lambda: garage.draws(STUCK) > 25_000 and garage.draws(WILLING) > 25_000)
    first = garage.points[STUCK].connectors[1].transaction
    limit(evkit, 0)
    assert await garage.reach(lambda: garage.charges_w == 0), "there is no power for anybody"
    await garage.reach(lambda: False, 3)
    limit(evkit, 60_000)
    assert await garage.reach(lambda: garage.draws(WILLING) > 25_000), "one goes on by itself"
    assert garage.draws(STUCK) == 0
    assert await garage.reach(lambda: garage.draws(STUCK) > 25_000, 150), "the other is started again"
    assert garage.points[STUCK].connectors[1].transaction is not first
    await garage.reach(lambda: False, 3)
    assert [resumes for resumes, _why in known(evkit)] == [False, True], "and both have shown what they do"
    limit(evkit, 1_500)
    assert await garage.reach(lambda: garage.draws(WILLING) == 0 and garage.charges_w <= 1_500)
    await garage.reach(lambda: False, 3)
    assert garage.draws(STUCK) > 900
    assert [why for _resumes, why in known(evkit)] == ["kept", "no_room"]
    assert garage.most_w <= 60_000
