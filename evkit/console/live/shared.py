"""Fragments that are the same for all viewers of a site, drawn once for all who wait for them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import SimpleNamespace
from typing import Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from evkit.console.context import Frame
from evkit.console.live.snapshots import snapshots
from evkit.core.clock import utc_now

FRAME: Final = ("now", "site", "strip", "total", "online")


def shared_html(
    request: HttpRequest, template: str, context: Mapping[str, object], *, key: Hashable
) -> SafeString:
    """Return the HTML of a template that knows nothing of who asks: neither user nor role nor token.

    Args:
        request: tells the address and the site of the page.
        template: finds in `frame` only what `FRAME` names, in `request` only the path; the page has a site.
        context: what else it finds.
        key: names all that `context` depends on, besides path, language and time zone.
    """

    def draw() -> SafeString:
        known = Frame(request, utc_now())
        frame = SimpleNamespace(**{name: getattr(known, name) for name in FRAME})
        address = SimpleNamespace(path=request.path)
        return render_to_string(template, {**context, "frame": frame, "request": address})

    seen = (template, key, request.path, get_language(), timezone.get_current_timezone_name())
    return snapshots.get(seen, request, draw)
