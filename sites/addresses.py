"""Where a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest | None) -> str:
    """Return the client's network address, "" if unknown; forwarded ones only from a trusted proxy."""
    if request is None:
        return ""
    address = str(request.META.get("REMOTE_ADDR") or "")
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR") or "")
    if forwarded and address in settings.EVKIT_TRUSTED_PROXIES:
        address = forwarded.rsplit(",", 1)[-1].strip()
    return address[:64]
