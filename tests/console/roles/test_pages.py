"""Every address of the pages, for every role and for strangers: refusals change nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from sites.models import User
from tests.console.roles.table import PAGES, Need, Row
from tests.console.roles.urls import walk
from tests.console.roles.world import (
    ADMINISTRATOR,
    EVERYBODY,
    OPERATOR,
    STRANGER,
    Who,
    World,
    browser,
    fingerprint,
)

People = dict[str, User]

pytestmark = pytest.mark.slow
MEMBERS = {"administrator", "operator", "guest"}
LET_IN = {
    Need.LOG_IN: {*MEMBERS, "operator-elsewhere", "guest-elsewhere"},
    Need.SITE: MEMBERS,
    Need.COMMAND: {"administrator", "operator"},
    Need.CONFIGURE: {"administrator"},
    Need.ADMINISTRATOR: {"administrator"},
    Need.OWNER: {"operator"},
}


def refusal(need: Need, who: Who) -> int:
    """Return the status with which somebody is refused; 0 if they are let in."""
    if need == Need.NOTHING:
        return 0
    if who is STRANGER:
        return 302
    if who.name in LET_IN[need]:
        return 0
    if need == Need.OWNER:
        return 404
    return 403 if who.here or need == Need.ADMINISTRATOR else 404


def url_of(name: str, row: Row, world: World) -> str:
    if row.url:
        return row.url
    return reverse(name, args=row.args(world)) + (f"?{row.query}" if row.query else "")


def assert_refused(response: HttpResponseBase, status: int, about: str) -> None:
    assert response.status_code == status, about
    if status == 302:
        assert response.headers["Location"].startswith(reverse("login")), about


def post(client: Client, url: str, row: Row, world: World) -> HttpResponseBase:
    return client.post(url, row.form(world))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    found = {address.name for address in walk()}
    assert found - set(PAGES) == set(), "add a row for each of these to tests/console/roles/table.py"
    assert set(PAGES) - found == set(), "these addresses are gone: remove their rows"


@pytest.mark.parametrize("name", PAGES)
class TestGet:
    def test_the_role_decides_and_nothing_changes(self, world: World, people: People, name: str) -> None:
        row = PAGES[name]
        url, before = url_of(name, row, world), fingerprint()
        for who in EVERYBODY:
            about = f"GET {url} as {who.name}"
            response = browser(who, people).get(url)
            status = refusal(row.need, who)
            if row.get == 405 or not status:
                expected = row.inside if row.inside and who.role else row.get
                assert response.status_code == expected, about
            else:
                assert_refused(response, status, about)
            assert fingerprint() == before, about


@pytest.mark.parametrize("name", PAGES)
class TestPost:
    def test_the_role_decides_and_refusals_change_nothing(
        self, world: World, people: People, name: str
    ) -> None:
        row = PAGES[name]
        url, before = url_of(name, row, world), fingerprint()
        for who in EVERYBODY:
            about = f"POST {url} as {who.name}"
            status = refusal(row.post_need or row.need, who)
            with transaction.atomic():
                response = post(browser(who, people), url, row, world)
                if status and row.post:
                    assert_refused(response, status, about)
                elif row.post:
                    assert response.status_code == row.post, about
                    assert fingerprint() != before, about
                else:
                    assert response.status_code < 500, about
                    assert not status or response.status_code in {status, 405}, about
                if status or not row.post:
                    assert fingerprint() == before, about
                transaction.set_rollback(True)

    def test_what_another_page_sends_is_refused(self, world: World, people: People, name: str) -> None:
        row = PAGES[name]
        if not row.post:
            return
        before = fingerprint()
        who = OPERATOR if row.need == Need.OWNER else ADMINISTRATOR
        response = post(browser(who, people, checks_csrf=True), url_of(name, row, world), row, world)
        assert response.status_code == 403
        assert fingerprint() == before


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row.need == Need.SITE])
def test_what_is_on_no_site_of_theirs_looks_like_what_does_not_exist(
    world: World, people: People, name: str
) -> None:
    row = PAGES[name]
    args = ["nowhere", *list(row.args(world))[1:]]
    unknown = url_of(name, replace(row, args=lambda _world: args), world)
    there = url_of(name, row, world)
    client = browser(EVERYBODY[3], people)
    assert client.get(unknown).status_code == client.get(there).status_code == 404
