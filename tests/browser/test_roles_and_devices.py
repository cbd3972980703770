"""Every role, both languages, desktop and phone: pages open, fit and raise no complaint."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

PAGES = ("/", "/sites/depot/", "/sites/depot/charge-points/CP_1/", "/legend/", "/account/")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ADMINISTRATION = '.side a[href="/admin/"]'
LONG = """
from chargers.models import ChargePoint
from sites.models import Membership, Site
site = Site.objects.create(code="long", name_fr="Dépôt des autobus articulés " * 3, name_en="long")
for user in site.users.model.objects.all():
    Membership.objects.get_or_create(user=user, site=site)
ChargePoint.objects.create(site=site, identity="CHARGE-POINT-WITH-A-NAME-" + "0" * 20)
"""
LOGO_WIDTH = "document.querySelector('.logo').getBoundingClientRect().width"
ENDS = "text => text.getBoundingClientRect().right - text.closest('.strip').getBoundingClientRect().right"
CUT = "cell => cell.scrollWidth - cell.clientWidth"
COMMANDS = "[data-dialog], a[href*='/commands/']:not([href$='/commands/'])"


class TestRoles:
    def test_each_sees_only_what_it_may_do(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        seen = {}
        for role in ("administrator", "operator", "guest"):
            page = log_in(role, by_form=True)
            page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
            expect(page.locator("h1")).to_have_text("CP_1")
            commands = page.locator(COMMANDS).count()
            seen[role] = (commands > 0, page.locator(ADMINISTRATION).count() > 0)
        assert seen == {
            "administrator": (True, True),
            "operator": (True, False),
            "guest": (False, False),
        }

    def test_an_administrator_reaches_the_administration(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator")
        page.click(".side__fold > summary")
        page.click(ADMINISTRATION)
        expect(page).to_have_url(f"{live_evkit.url}/admin/")


class TestDevices:
    def test_pages_fit_desktop_and_phone_and_raise_no_complaint(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        for language in ("en", "fr"):
            page = log_in("operator", language=language)
            for width in (1440, 390, 360):
                page.set_viewport_size({"width": width, "height": 844})
                for path in PAGES:
                    page.goto(live_evkit.url + path)
                    page.wait_for_load_state("networkidle")
                    assert page.evaluate(SIDEWAYS) == 0, (path, width, language)
                    assert page.evaluate("document.documentElement.lang") == language
        assert complaints == []

    def test_names_and_connectors_without_end_fit_a_phone(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        for connector in range(1, 7):
            charge_point.status(connector, "Available")
        page = log_in("administrator", language="fr", width=360)
        live_evkit.shell(LONG)
        for path in (*PAGES, "/exports/", "/transactions/", "/sites/long/", "/sites/long/charge-points/"):
            page.goto(live_evkit.url + path)
            page.wait_for_load_state("networkidle")
            assert page.evaluate(SIDEWAYS) == 0, path
        page.goto(f"{live_evkit.url}/sites/long/smart-charging/")
        assert page.evaluate(LOGO_WIDTH) == 28
        oldest = page.locator("#strip-oldest .strip__text")
        expect(oldest).to_have_text("Jamais connectée")
        assert oldest.evaluate(ENDS) < 0
        nothing = page.locator("#smart-table td")
        expect(nothing).to_contain_text("pas encore de connecteur")
        assert nothing.evaluate(CUT) == 0
