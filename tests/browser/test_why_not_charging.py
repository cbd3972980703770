"""An operator finds what is wrong, understands it and mends it, on a phone and in French."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
POLICY = "from sites.models import Site; Site.objects.update(unknown_tags={!r})"
STAY = "window.stayed = true"


@pytest.fixture
def asking(live_evkit: Server) -> Iterator[None]:
    """Operators of the site are asked about unknown badges."""
    live_evkit.shell(POLICY.format("operator"))
    yield
    live_evkit.shell(POLICY.format("refuse"))


@pytest.fixture
def present(charge_point: ChargePoint) -> Iterator[Any]:
    """Return a function that presents a badge and gives the answer when there is one."""
    with ThreadPoolExecutor(1) as threads:

        def authorize(tag: str) -> Future[dict[str, Any]]:
            return threads.submit(charge_point.call, "Authorize", {"idTag": tag})

        yield authorize


def fits(page: Page) -> bool:
    return bool(page.evaluate(SIDEWAYS) == 0)


class TestFault:
    def test_three_taps_lead_from_the_overview_to_the_reset(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        charge_point.status(2, "Faulted", "GroundFailure")
        page = log_in("operator", language="fr", **PHONE)
        page.goto(f"{live_evkit.url}/sites/depot/")
        concern = page.locator("[data-concern]").first
        expect(concern).to_be_in_viewport(ratio=1)
        expect(concern).to_contain_text("CP_1, connecteur 2")
        expect(concern).to_contain_text("Défaut de terre")
        concern.click()
        sentence = page.locator("[data-why='fault']")
        expect(sentence).to_contain_text("Laissez le véhicule débranché")
        expect(page.locator("#why-do")).to_be_in_viewport(ratio=1)
        assert fits(page)
        page.click("#why-do")
        page.click("dialog button.btn--danger-fill")
        assert charge_point.received.get(timeout=10) == ("Reset", {"type": "Soft"})
        assert complaints == []

    def test_the_sentence_goes_when_the_fault_does(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        charge_point.status(1, "Faulted", "HighTemperature")
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/?connector=1")
        page.evaluate(STAY)
        expect(page.locator("[data-why='fault']")).to_contain_text("Temperature too high")
        expect(page.locator("#why-do")).to_have_count(0)
        charge_point.status(1, "Available")
        expect(page.locator("[data-why]")).to_have_count(0)
        assert page.evaluate("window.stayed") is True


@pytest.mark.usefixtures("asking")
class TestWaitingBadge:
    def test_is_accepted_from_a_phone_while_the_charge_point_waits(
        self,
        log_in: LogIn,
        live_evkit: Server,
        charge_point: ChargePoint,
        present: Any,
        complaints: list[str],
    ) -> None:
        charge_point.status(2, "Preparing")
        page = log_in("operator", language="fr", **PHONE)
        page.goto(f"{live_evkit.url}/sites/depot/")
        expect(page.locator(".link__state--live")).to_be_attached()
        page.evaluate(STAY)
        answer = present("STRANGER-1")
        ask = page.locator(".ask")
        expect(ask).to_contain_text("STRANGER-1 demande à charger sur CP_1, connecteur 2")
        expect(ask).to_be_in_viewport(ratio=1)
        assert fits(page)
        ask.get_by_role("button", name="Accepter").click()
        assert answer.result(10) == {"idTagInfo": {"status": "Accepted"}}
        expect(page.locator(".ask")).to_have_count(0)
        expect(page.locator(".toast")).to_contain_text("STRANGER-1")
        assert page.evaluate("window.stayed") is True
        assert complaints == []

    def test_goes_from_every_screen_once_somebody_refused_it(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, present: Any
    ) -> None:
        charge_point.status(1, "Preparing")
        here, there, guest = log_in("operator"), log_in("administrator"), log_in("guest")
        here.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/?connector=1")
        there.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_2/")
        guest.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/?connector=1")
        answer = present("STRANGER-2")
        expect(there.locator(".ask")).to_contain_text("STRANGER-2")
        expect(guest.locator("[data-why='question']")).to_contain_text("STRANGER-2")
        expect(guest.locator(".ask")).to_have_count(0)
        here.locator(".ask").get_by_role("button", name="Refuse").click()
        assert answer.result(10) == {"idTagInfo": {"status": "Invalid"}}
        expect(there.locator(".ask")).to_have_count(0)
        expect(here.locator("[data-why]")).to_contain_text("operator refused badge STRANGER-2")


class TestRefusedBadge:
    def test_is_told_with_its_cause_and_another_badge_starts(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("operator", **PHONE)
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/?connector=2")
        charge_point.status(2, "Preparing")
        expect(page.locator("#cp-why [data-why]")).to_be_visible()
        answer = charge_point.call("Authorize", {"idTag": "BLOCKED"})
        assert answer["idTagInfo"]["status"] == "Blocked"
        expect(page.locator("[data-why='badge-blocked']")).to_contain_text("BLOCKED")
        expect(page.locator(".step.is-stopped")).to_contain_text("badge BLOCKED refused")
        page.click("#why-do")
        expect(page.locator("dialog input[name=connector]:checked")).to_have_value("2")
        page.click("dialog button[type=submit]")
        action, payload = charge_point.received.get(timeout=10)
        assert (action, payload) == (
            "RemoteStartTransaction",
            {"connectorId": 2, "idTag": "B4A63CDF2212"},
        )
        expect(page.locator("[data-why='start-awaited']")).to_contain_text("operator")
