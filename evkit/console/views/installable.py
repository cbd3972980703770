"""What makes the console installable on a phone: manifest, service worker, offline page."""

from __future__ import annotations

import json
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from evkit.console.templatetags.evkit import SPRITE
from evkit.console.templatetags.frame import STYLE_SHEETS

FILES: Final = (*STYLE_SHEETS, "css/contrast.css", "js/offline.js", "img/icon.svg", SPRITE)
UNREACHABLE: Final = (502, 504)
ICONS: Final = (
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-192.png", "192x192", "maskable"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)


def manifest(request: HttpRequest) -> HttpResponse:
    """Answer the web app manifest in the viewer's language."""
    data = {
        "id": "/",
        "name": "evkit",
        "short_name": "evkit",
        "description": _("Charging supervision"),
        "lang": request.LANGUAGE_CODE,
        "start_url": reverse("sites"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#e9ecef",
        "theme_color": "#e1e5e9",
        "icons": [
            {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for path, sizes, purpose in ICONS
        ],
    }
    return JsonResponse(data, content_type="application/manifest+json")


def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker; it changes with the static files, and browsers ask for it each time."""
    pages = {code: reverse("offline", args=[code]) for code, _name in settings.LANGUAGES}
    setup = {
        "cache": f"evkit-{settings.STATIC_VERSION}",
        "static": settings.STATIC_URL,
        "pages": pages,
        "chosen": "/offline/",
        "files": [*pages.values(), *(static(path) for path in FILES)],
        "unreachable": UNREACHABLE,
    }
    text = mark_safe(json.dumps(setup, indent=2))  # noqa: S308  # our own addresses
    response = render(
        request, "installable/service-worker.js", {"setup": text}, content_type="text/javascript"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def offline(request: HttpRequest, language: str) -> HttpResponse:
    """Show that there is no connection; the service worker keeps this page for when it is so."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return render(request, "installable/offline.html")


def static_of_another_version(request: HttpRequest, version: str, path: str) -> HttpResponse:
    """Lead a page of another version of evkit to this one's file, while servers are being renewed."""
    del request
    if version == settings.STATIC_VERSION:
        raise Http404
    return redirect(static(path))
