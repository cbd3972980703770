from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from chargers.models import ChargePoint, Evse
from chargers.simulator.depot import busy_id_tag
from chargers.simulator.fleet import uniform_specs
from charging.models import IdToken, Vehicle
from evkit.console.config_file.sample import zone_name
from sites.models import Site


@pytest.fixture
def sample(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sample_config", "--count", "25", "--prefix", "X_", "--connectors", "2", "--site", "big")
    file = tmp_path / "sample.yaml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    call_command("apply_config", str(file))


@pytest.mark.usefixtures("sample")
class TestSampleConfig:
    def test_declares_the_charge_points_that_simulate_connects(self) -> None:
        declared = list(ChargePoint.objects.order_by("identity").values_list("identity", flat=True))
        assert declared == [spec.identity for spec in uniform_specs(25, prefix="X_")]
        assert Evse.objects.count() == 50
        phases = Evse.objects.order_by().values_list("current", "phase_rotation").distinct()
        assert set(phases) == {("DC", ""), ("AC", "RST")}

    def test_they_stand_in_zones_of_twenty(self) -> None:
        zones = ChargePoint.objects.order_by("identity").values_list("zone", flat=True)
        assert [zones[0], zones[19], zones[20]] == ["Hall A · 1", "Hall A · 1", "Hall A · 2"]

    def test_every_connector_has_a_vehicle_with_the_tag_it_will_present(self) -> None:
        tag = IdToken.objects.get(value=busy_id_tag("X_00002", 1))
        assert tag.vehicle == Vehicle.objects.get(code="bus-003")
        assert IdToken.objects.count() == Vehicle.objects.count() == 50

    def test_the_limit_is_less_than_all_could_draw(self) -> None:
        assert Site.objects.get().limit_value == pytest.approx(0.6 * 25 * (22_080 + 50_000), abs=1000)


class TestZoneName:
    def test_five_rows_make_a_hall(self) -> None:
        assert [zone_name(99), zone_name(100)] == ["Hall A · 5", "Hall B · 1"]
