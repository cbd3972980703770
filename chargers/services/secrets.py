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
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.encoding import force_bytes

SECRET_KEYS = frozenset({"authorizationkey", "basicauthpassword"})
MASK = "***"
MAX_DEPTH = 32
_SEALED = "sealed:"
_ADDRESSES = frozenset({"location", "remotelocation"})
"""Where a file lies or goes, in lower case: also inside a part, of GetLog and SignedUpdateFirmware."""

_GRANTS = re.compile(r"(?<=/files/)[\w-]{16,}|(?<=://)[^/@\s]+(?=@)")
"""What an address grants by itself: the token of one of our files, the name and password of a server."""


def is_secret(key: object) -> bool:
    """Tell whether a configuration key holds a secret (names are compared without regard to case)."""
    return isinstance(key, str) and key.strip().lower() in SECRET_KEYS


def derived_key(purpose: str) -> bytes:
    """Return 32 bytes derived from the server's secret key for one purpose."""
    return hmac.new(force_bytes(settings.SECRET_KEY), f"evkit:{purpose}".encode(), hashlib.sha256).digest()


def seal_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with its secrets encrypted, however deep they lie."""
    return _changed(payload, lambda _field, value: _SEALED + _box().encrypt(value.encode()).decode())


def open_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with sealed values decrypted."""
    return _changed(payload, lambda _field, value: _opened(value))


def mask_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return `payload` with secrets replaced: of a change, of an address, of a list of reported keys."""
    return _changed(payload, _masked)


def mask_frame(frame: str) -> str:
    """Return a frame with secret values replaced; one that cannot be read is dropped if it may hold any."""
    lowered = frame.lower()
    suspects = (*SECRET_KEYS, *(f'"{name}"' for name in _ADDRESSES))
    if not any(suspect in lowered for suspect in suspects):
        return frame
    try:
        parts = json.loads(frame)
    except (ValueError, RecursionError):
        return MASK
    if not isinstance(parts, list):
        return MASK
    masked = [mask_payload(part) if isinstance(part, dict) else part for part in parts]
    return json.dumps(masked, separators=(",", ":"), ensure_ascii=False)


def seal_text(text: str) -> str:
    """Return a secret encrypted with a key derived from the server's."""
    return _box().encrypt(text.encode()).decode()


def open_text(sealed: str) -> str:
    """Return what `seal_text` encrypted."""
    return _box().decrypt(sealed.encode()).decode()


def _changed(payload: Mapping[str, Any], change: Callable[[str, str], str], depth: int = 0) -> dict[str, Any]:
    """Return a copy in which `change` replaced every secret; it is given the field and the value."""
    secret = _secret_fields(payload)
    return {
        name: change(name, str(value)) if name in secret else _deeper(value, change, depth + 1)
        for name, value in payload.items()
    }


def _deeper(value: Any, change: Callable[[str, str], str], depth: int) -> Any:
    if depth > MAX_DEPTH:
        return MASK if isinstance(value, Mapping | list) else value
    if isinstance(value, Mapping):
        return _changed(value, change, depth)
    if isinstance(value, list | tuple):
        return [_deeper(each, change, depth + 1) for each in value]
    return value


def _secret_fields(payload: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields of an object that are secret."""
    fields = {
        name for name, value in payload.items() if name.lower() in _ADDRESSES and isinstance(value, str)
    }
    if is_secret(payload.get("key")) and payload.get("value") is not None:
        fields.add("value")
    return frozenset(fields)


def _opened(value: str) -> str:
    sealed = value.startswith(_SEALED)
    return _box().decrypt(value.removeprefix(_SEALED).encode()).decode() if sealed else value


def _masked(field: str, value: str) -> str:
    if field.lower() in _ADDRESSES and not value.startswith(_SEALED):
        return _GRANTS.sub(MASK, value)
    return MASK


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key("sealed-payload")))
