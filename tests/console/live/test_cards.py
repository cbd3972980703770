from __future__ import annotations

import pytest
from django.utils import translation

from chargers.models import ChargePointState, EvseState
from evkit.console.live import cards
from evkit.console.live.cards import SiteMemory, read_cards
from sites.models import Site
from tests.console.depot import add_charge_point, add_connector, add_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    site = add_site()
    for number in range(1, 4):
        add_connector(add_charge_point(site, f"CP_{number}"), 1)
    return site


@pytest.fixture
def memory() -> SiteMemory:
    made = SiteMemory()
    made.start()
    return made


def everything_changes() -> None:
    EvseState.objects.update(status="Charging", power_w=5000)


class TestSiteMemory:
    def test_remembers_what_nobody_told_had_changed(
        self, site: Site, memory: SiteMemory, django_assert_num_queries
    ) -> None:
        first = memory.cards(site)
        everything_changes()
        with django_assert_num_queries(0):
            assert memory.cards(site) == first

    def test_reads_those_that_changed_again(self, site: Site, memory: SiteMemory) -> None:
        before = memory.cards(site)
        assert before is not None
        everything_changes()
        memory.note(site.pk, [before[1].pk])
        assert memory.cards(site) == [before[0], read_cards(site)[1], before[2]]
        assert read_cards(site)[1] != before[1]

    @pytest.mark.parametrize("whole", [True, False])
    def test_reads_everything_again_when_everything_changed(
        self, site: Site, memory: SiteMemory, *, whole: bool
    ) -> None:
        memory.cards(site)
        everything_changes()
        memory.note(site.pk if whole else None, None)
        memory.note(site.pk, [1])
        assert memory.cards(site) == read_cards(site)

    def test_another_site_is_another_matter(self, site: Site, memory: SiteMemory) -> None:
        first = memory.cards(site)
        everything_changes()
        memory.note(site.pk + 1, None)
        assert memory.cards(site) == first

    def test_a_charge_point_that_is_gone_is_gone(self, site: Site, memory: SiteMemory) -> None:
        before = memory.cards(site)
        assert before is not None
        ChargePointState.objects.filter(charge_point=before[0].pk).delete()
        EvseState.objects.filter(evse__charge_point=before[0].pk).delete()
        site.charge_points.filter(pk=before[0].pk).update(site=add_site("elsewhere"))
        memory.note(site.pk, [before[0].pk])
        assert memory.cards(site) == before[1:]

    def test_a_new_one_takes_its_place_in_the_order(self, site: Site, memory: SiteMemory) -> None:
        memory.cards(site)
        new = add_charge_point(site, "CP_0")
        memory.note(site.pk, [new.pk])
        assert memory.cards(site) == read_cards(site)

    def test_each_language_is_read_for_itself(self, site: Site, memory: SiteMemory) -> None:
        EvseState.objects.update(status="Faulted", error_code="GroundFailure")
        with translation.override("en"):
            english = memory.cards(site)
        with translation.override("fr"):
            french = memory.cards(site)
        assert english
        assert french
        assert english[0].connectors[0].fault != french[0].connectors[0].fault

    def test_reads_everything_now_and_then(
        self, site: Site, memory: SiteMemory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        memory.cards(site)
        everything_changes()
        monkeypatch.setattr(cards, "READ_AGAIN_S", 0.0)
        assert memory.cards(site) == read_cards(site)

    def test_remembers_nothing_while_nobody_hears(self, site: Site, memory: SiteMemory) -> None:
        memory.cards(site)
        memory.stop()
        assert memory.cards(site) is None
        everything_changes()
        memory.start()
        assert memory.cards(site) == read_cards(site)
