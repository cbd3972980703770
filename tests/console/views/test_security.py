"""What a browser is allowed to run, and that the vendored files are the published ones."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from sites.types import Role
from tests.console.depot import Depot
from tests.console.views.test_permissions import command_url, pages

LogIn = Callable[..., Client]
STATIC = Path(settings.BASE_DIR) / "static" if hasattr(settings, "BASE_DIR") else Path("static")
TEMPLATES = STATIC.parent / "templates"
VENDORED = sorted(path.parent for path in STATIC.glob("vendor/*/SHA256SUMS"))
SPRITE = next(STATIC.glob("vendor/tabler-icons-*/sprite.svg"))


def html_of(client: Client, paths: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the pages among these addresses with their text; data and downloads are no pages."""
    for path in paths:
        response = client.get(path)
        if response.headers["Content-Type"].startswith("text/html"):
            yield path, response.content.decode()


class TestContentSecurityPolicy:
    def test_allows_nothing_inline_and_nothing_from_elsewhere(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.ADMINISTRATOR)
        for page in [*pages(depot), "/admin/", "/account/login/"]:
            policy = client.get(page).headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy

    def test_pages_carry_no_inline_style_or_script(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.ADMINISTRATOR)
        for page, text in html_of(client, [*pages(depot), command_url(depot, "reset")]):
            assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text), page
            assert not re.search(r"<script(?![^>]*\ssrc=)", text), page

    def test_every_address_is_on_this_host(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.ADMINISTRATOR)
        for page, text in html_of(client, pages(depot)):
            assert not re.search(r'(?:src|href|action)="https?:', text), page


class TestVendoredFiles:
    @pytest.mark.parametrize("folder", VENDORED, ids=lambda path: path.name)
    def test_match_their_checksums(self, folder: Path) -> None:
        for line in (folder / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split()
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name

    @pytest.mark.parametrize("folder", VENDORED, ids=lambda path: path.name)
    def test_name_their_source_and_licence(self, folder: Path) -> None:
        assert (folder / "SOURCE.md").exists()
        assert (folder / "LICENSE").exists()


class TestIcons:
    def test_every_icon_used_in_a_template_is_in_the_sprite(self) -> None:
        known = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))
        used = set()
        for template in TEMPLATES.rglob("*.html"):
            used |= set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
        assert used <= known
