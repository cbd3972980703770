"""Secrets that pass through evkit on their way to a charge point: sealed at rest, masked everywhere else.

A queued ChangeConfiguration of `AuthorizationKey` must keep the value until it is sent; it is encrypted
with a key derived from the server's secret key and replaced by a mask once the command is over.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.encoding import force_bytes

SECRET_KEYS = frozenset({"authorizationkey", "basicauthpassword"})
MASK = "***"
_SEALED = "sealed:"


def is_secret(key: object) -> bool:
    """Tell whether a configuration key holds a secret (names are compared without regard to case)."""
    return isinstance(key, str) and key.strip().lower() in SECRET_KEYS


def derived_key(purpose: str) -> bytes:
    """Return 32 bytes derived from the server's secret key for one purpose."""
    return hmac.new(force_bytes(settings.SECRET_KEY), f"evkit:{purpose}".encode(), hashlib.sha256).digest()


def seal_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with a secret value encrypted."""
    if not _has_secret(payload):
        return dict(payload)
    return {**payload, "value": _SEALED + _box().encrypt(str(payload["value"]).encode()).decode()}


def open_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with a sealed value decrypted."""
    value = payload.get("value")
    if not (_has_secret(payload) and isinstance(value, str) and value.startswith(_SEALED)):
        return dict(payload)
    return {**payload, "value": _box().decrypt(value.removeprefix(_SEALED).encode()).decode()}


def mask_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with secret values replaced: of a change, or of a list of reported keys."""
    if _has_secret(payload):
        return {**payload, "value": MASK}
    entries = payload.get("configurationKey")
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return dict(payload)
    return {**payload, "configurationKey": [_mask_entry(entry) for entry in entries]}


def mask_frame(frame: str) -> str:
    """Return a frame with secret values replaced; one that cannot be read is dropped if it may hold any."""
    lowered = frame.lower()
    if not any(key in lowered for key in SECRET_KEYS):
        return frame
    try:
        parts = json.loads(frame)
    except (ValueError, RecursionError):
        return MASK
    if not isinstance(parts, list):
        return MASK
    masked = [mask_payload(part) if isinstance(part, dict) else part for part in parts]
    return json.dumps(masked, separators=(",", ":"), ensure_ascii=False)


def _mask_entry(entry: object) -> object:
    return mask_payload(entry) if isinstance(entry, Mapping) else entry


def _has_secret(payload: Mapping[str, Any]) -> bool:
    return is_secret(payload.get("key")) and payload.get("value") is not None


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key("sealed-payload")))
