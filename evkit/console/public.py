"""Where charge points reach evkit."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def public_url(request: HttpRequest) -> str:
    """Return evkit's address for charge points, without a slash at its end: as configured, else as asked."""
    configured: str = settings.EVKIT_PUBLIC_URL
    return configured or request.build_absolute_uri("/").rstrip("/")
