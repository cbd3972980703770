"""Secrets that pass through evkit on their way to a charge point: sealed at rest, masked everywhere else.

A queued ChangeConfiguration of `AuthorizationKey` must keep the value until it is sent, so must the address
of a file that a charge point shall fetch or send: whoever knows it may do the same. Both are encrypted with
a key derived from the server's secret key and replaced by a mask once the command is over.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.encoding import force_bytes

SECRET_KEYS = frozenset({"authorizationkey", "basicauthpassword"})
MASK = "***"
_SEALED = "sealed:"
_ADDRESS = "location"
_GRANTS = re.compile(r"(?<=/files/)[\w-]{16,}|(?<=://)[^/@\s]+(?=@)")
"""What an address grants by itself: the token of one of our files, the name and password of a server."""


def is_secret(key: object) -> bool:
    """Tell whether a configuration key holds a secret (names are compared without regard to case)."""
    return isinstance(key, str) and key.strip().lower() in SECRET_KEYS


def derived_key(purpose: str) -> bytes:
    """Return 32 bytes derived from the server's secret key for one purpose."""
    return hmac.new(force_bytes(settings.SECRET_KEY), f"evkit:{purpose}".encode(), hashlib.sha256).digest()


def seal_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with a secret value encrypted."""
    field = _secret_field(payload)
    if field is None:
        return dict(payload)
    return {**payload, field: _SEALED + _box().encrypt(str(payload[field]).encode()).decode()}


def open_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with a sealed value decrypted."""
    field = _secret_field(payload)
    value = payload[field] if field else None
    if not (field and isinstance(value, str) and value.startswith(_SEALED)):
        return dict(payload)
    return {**payload, field: _box().decrypt(value.removeprefix(_SEALED).encode()).decode()}


def mask_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with secrets replaced: of a change, of an address, of a list of reported keys."""
    field = _secret_field(payload)
    if field is not None:
        return {**payload, field: _masked(field, str(payload[field]))}
    entries = payload.get("configurationKey")
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return dict(payload)
    return {**payload, "configurationKey": [_mask_entry(entry) for entry in entries]}


def mask_frame(frame: str) -> str:
    """Return a frame with secret values replaced; one that cannot be read is dropped if it may hold any."""
    lowered = frame.lower()
    if f'"{_ADDRESS}"' not in lowered and not any(key in lowered for key in SECRET_KEYS):
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


def _secret_field(payload: Mapping[str, Any]) -> str | None:
    """Return the field of a call that is secret, if it has one."""
    if is_secret(payload.get("key")) and payload.get("value") is not None:
        return "value"
    return _ADDRESS if isinstance(payload.get(_ADDRESS), str) else None


def _masked(field: str, value: str) -> str:
    if field == _ADDRESS and not value.startswith(_SEALED):
        return _GRANTS.sub(MASK, value)
    return MASK


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key("sealed-payload")))
