from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from evkit.console.navigation import (
    GROUPS,
    PHONE_PLACES,
    Entry,
    SideGroup,
    entries_of,
    phone_entries,
    side_groups,
    site_links,
)
from sites.permissions import NOBODY, Principal, principal_of_user
from sites.types import Role
from tests.console.depot import Depot, add_site, add_user

LINES = [line for group in GROUPS for line in group.lines]
SPRITE = next(Path(settings.STATICFILES_DIRS[0]).glob("vendor/tabler-icons-*/sprite.svg"))


def viewer(role: Role, depot: Depot) -> Principal:
    return principal_of_user(add_user(role, depot.site))


def flat(groups: list[SideGroup]) -> dict[str, Entry]:
    return {entry.href: entry for entry in entries_of(groups)}


class TestTheTable:
    @pytest.mark.parametrize("line", LINES, ids=lambda line: line.view)
    def test_every_line_leads_to_a_page_that_exists(self, line: object) -> None:
        assert reverse(line.view, args=["depot"] if line.per_site else [])  # type: ignore[attr-defined]

    def test_every_icon_is_in_the_sprite(self) -> None:
        known = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
        assert {line.icon for line in LINES} <= known

    def test_no_letter_leads_to_two_pages(self) -> None:
        keys = [line.key for line in LINES if line.key]
        assert len(keys) == len(set(keys))
        assert all(len(key) == 1 and key.islower() for key in keys)

    def test_no_place_of_the_phone_is_given_twice(self) -> None:
        places = [line.phone for line in LINES if line.phone]
        assert len(places) == len(set(places))
        assert max(places) <= PHONE_PLACES


class TestSideGroups:
    def test_a_guest_sees_no_administration(self, depot: Depot) -> None:
        found = flat(side_groups(viewer(Role.GUEST, depot), depot.site, "overview"))
        assert reverse("overview", args=[depot.site.code]) in found
        assert reverse("admin:index") not in found

    def test_an_administrator_sees_the_administration(self, depot: Depot) -> None:
        assert reverse("admin:index") in flat(side_groups(viewer(Role.ADMINISTRATOR, depot), None, "sites"))

    def test_without_a_site_no_page_of_a_site_is_offered(self, depot: Depot) -> None:
        found = flat(side_groups(viewer(Role.OPERATOR, depot), None, "sites"))
        assert not [href for href in found if href.startswith("/sites/")]

    def test_another_ones_site_is_not_offered(self, depot: Depot) -> None:
        found = flat(side_groups(viewer(Role.OPERATOR, depot), add_site("other"), "sites"))
        assert not [href for href in found if href.startswith("/sites/")]

    def test_a_page_below_marks_the_entry_above_it(self, depot: Depot) -> None:
        found = flat(side_groups(viewer(Role.OPERATOR, depot), depot.site, "charge_point_curves"))
        current = [(href, entry.exact) for href, entry in found.items() if entry.current]
        assert current == [(reverse("charge_points", args=[depot.site.code]), False)]

    @pytest.mark.parametrize(
        ("page", "open_"), [("overview", False), ("audit", True), ("api_reference", True)]
    )
    def test_the_administration_is_folded_away_unless_one_is_there(
        self, depot: Depot, page: str, open_: bool
    ) -> None:
        folded = [
            group for group in side_groups(viewer(Role.ADMINISTRATOR, depot), depot.site, page) if group.label
        ]
        assert [(group.label, group.open) for group in folded] == [("Administration", open_)]

    def test_nobody_sees_no_site(self, depot: Depot) -> None:
        found = flat(side_groups(NOBODY, depot.site, "sites"))
        assert not [href for href in found if href.startswith("/sites/")]


class TestPhoneEntries:
    def test_are_at_most_five_in_the_order_of_their_places(self, depot: Depot) -> None:
        entries = phone_entries(side_groups(viewer(Role.ADMINISTRATOR, depot), depot.site, "sites"))
        places = [entry.phone for entry in entries]
        assert places == sorted(places)
        assert len(places) <= PHONE_PLACES


class TestSiteLinks:
    def test_lead_to_the_same_page_of_another_site(self, depot: Depot) -> None:
        other = add_site("other")
        links = site_links([depot.site, other], depot.site, "charge_points")
        assert [(link.href, link.current) for link in links] == [
            (reverse("charge_points", args=[depot.site.code]), True),
            ("/sites/other/charge-points/", False),
        ]

    def test_lead_to_the_overview_from_a_page_that_only_one_site_has(self, depot: Depot) -> None:
        assert site_links([add_site("other")], depot.site, "charge_point")[0].href == "/sites/other/"
