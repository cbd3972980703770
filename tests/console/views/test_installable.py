from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


def found(url: str) -> str | None:
    """Return the file behind a static address."""
    assert url.startswith(settings.STATIC_URL)
    path = finders.find(url.removeprefix(settings.STATIC_URL))
    return path if isinstance(path, str) else None


class TestManifest:
    def test_speaks_the_visitors_language(self, client: Client) -> None:
        client.cookies["django_language"] = "fr"
        data = client.get("/manifest.webmanifest").json()
        assert (data["lang"], data["description"]) == ("fr", "Supervision de la recharge")

    def test_names_icons_that_exist_in_both_kinds(self, client: Client) -> None:
        response = client.get("/manifest.webmanifest")
        assert response.headers["Content-Type"] == "application/manifest+json"
        icons = response.json()["icons"]
        assert {(icon["sizes"], icon["purpose"]) for icon in icons} == {
            ("192x192", "any"), ("512x512", "any"), ("192x192", "maskable"), ("512x512", "maskable"),
        }  # fmt: skip
        assert all(found(icon["src"]) for icon in icons)


class TestServiceWorker:
    def setup_of(self, client: Client) -> dict[str, list[str]]:
        text = client.get("/service-worker.js").content.decode()
        match = re.search(r"const SETUP = (\{.*?\n\});", text, re.DOTALL)
        assert match
        return dict(json.loads(match[1]))

    def test_is_asked_for_again_each_time_and_serves_the_whole_site(self, client: Client) -> None:
        response = client.get("/service-worker.js")
        assert response.headers["Content-Type"].startswith("text/javascript")
        assert response.headers["Cache-Control"] == "no-cache"

    def test_keeps_static_files_and_the_offline_pages_only(self, client: Client) -> None:
        files = self.setup_of(client)["files"]
        pages = [path for path in files if not path.startswith(settings.STATIC_URL)]
        assert pages == ["/offline/en/", "/offline/fr/"]
        assert all(client.get(page).status_code == 200 for page in pages)
        assert all(found(path) for path in files if path not in pages)

    def test_keeps_everything_that_the_offline_page_needs(self, client: Client) -> None:
        files = set(self.setup_of(client)["files"])
        used = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', client.get("/offline/en/").content.decode()))
        assert used <= files


class TestOffline:
    def test_is_in_the_language_of_its_address(self, client: Client) -> None:
        assert 'lang="fr"' in client.get("/offline/fr/").content.decode()
        assert client.get("/offline/de/").status_code == 404


class TestStaticOfAnotherVersion:
    def test_leads_to_this_versions_file(self, client: Client) -> None:
        response = client.get("/static/0123456789ab/css/tokens.css")
        assert response.headers["Location"] == f"{settings.STATIC_URL}css/tokens.css"

    def test_an_unknown_file_of_this_version_is_not_found(self, client: Client) -> None:
        assert client.get(f"{settings.STATIC_URL}css/none.css").status_code == 404
