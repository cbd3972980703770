"""The demo depot's configuration agrees with its simulated charge points and vehicles."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargers.models import ChargePoint, Evse
from chargers.simulator.demo import DEMO_CHARGE_POINTS, DEMO_VEHICLES
from charging.models import IdToken
from evkit.console.config_file.nodes import Source
from evkit.console.config_file.service import Options, apply_configuration
from evkit.console.demo import DEMO_FILE
from evkit.core.clock import utc_now
from sites.models import Site, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_depot() -> None:
    source = Source(str(DEMO_FILE), DEMO_FILE.read_text(encoding="utf-8"))
    apply_configuration(source=source, now=utc_now(), options=Options(with_passwords=False))


class TestReadme:
    def test_its_charge_point_is_declared_beside_the_demo(self):
        readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
        example = readme.split("```yaml\n")[1].split("```")[0]
        apply_configuration(source=Source("mine.yaml", example), now=utc_now(), options=Options())
        own = ChargePoint.objects.get(identity="CP_1", site__code="depot-nord")
        assert (own.security_profile, bool(own.password_digest)) == (1, True)
        assert IdToken.objects.filter(vehicle=None).count() == 1


class TestDemoDepot:
    def test_the_site_shares_200_kilowatts(self):
        site = Site.objects.get()
        assert (site.code, site.timezone, site.limit_value) == ("depot-nord", "Europe/Paris", 200_000)
        assert (site.name_fr, site.name_en) == ("Dépôt Nord", "North depot")

    def test_charge_points_and_connectors_are_those_that_are_simulated(self):
        simulated = [
            (spec.identity, spec.max_power_w, each.number, each.current)
            for spec in DEMO_CHARGE_POINTS
            for each in spec.connectors
        ]
        declared = Evse.objects.order_by("charge_point__position", "number").values_list(
            "charge_point__identity", "charge_point__max_power_w", "number", "current"
        )
        assert list(declared) == simulated

    def test_connectors_have_the_ratings_that_are_simulated(self):
        for spec in DEMO_CHARGE_POINTS:
            for each in spec.connectors:
                evse = Evse.objects.get(charge_point__identity=spec.identity, number=each.number)
                if each.current == "DC":
                    assert evse.max_power_w == each.max_power_w
                else:
                    assert (evse.max_current_a, evse.phases) == (each.max_current_a, each.phases)

    def test_charge_points_stand_in_three_zones(self):
        zones = ChargePoint.objects.order_by("position").values_list("zone", flat=True)
        assert list(dict.fromkeys(zones)) == ["Hall A · Quai 1", "Hall A · Quai 2", "Cour extérieure"]

    def test_vehicles_and_id_tags_are_those_that_are_simulated(self):
        simulated = {(each.code, each.id_tag, each.battery_wh) for each in DEMO_VEHICLES}
        declared = IdToken.objects.values_list("vehicle__code", "value", "vehicle__battery_wh")
        assert set(declared) == simulated

    def test_nobody_has_a_known_password(self):
        users = {user.username: user for user in User.objects.all()}
        assert {name: (user.role, user.language) for name, user in users.items()} == {
            "operator1": ("operator", "fr"),
            "guest1": ("guest", "en"),
        }
        assert not any(user.has_usable_password() for user in users.values())
