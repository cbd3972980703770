"""What a charge point's HTTP upgrade request says: identity, subprotocol, credentials (pure)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

SUBPROTOCOLS = {"ocpp1.6": "1.6"}
DEFAULT_VERSION = "1.6"
MAX_IDENTITY = 255
MAX_CERTIFICATE_HEADER = 16 * 1024


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end: its address, whether the link is encrypted, its certificate (DER)."""

    address: str
    encrypted: bool = False
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The subprotocol chosen: the version spoken, and the text to echo (None: none was offered)."""

    version: str
    echo: str | None


def identity_of(raw_path: bytes) -> str | None:
    """Return the identity: the last segment of the undecoded path, decoded once (OCPP-J 1.6 §3.1.1).

    Doubled slashes and a whole URL in the request line are tolerated. None if there is no identity or
    it is not printable UTF-8 of at most 255 characters.
    """
    path = raw_path.split(b"?", 1)[0]
    segments = [segment for segment in path.split(b"/") if segment]
    if b"ocpp" not in segments[:-1]:
        return None
    try:
        identity = unquote_to_bytes(segments[-1]).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not identity.strip() or len(identity) > MAX_IDENTITY or not identity.isprintable():
        return None
    return identity


def choose_subprotocol(offered: Sequence[str]) -> Offer | None:
    """Return the first offered subprotocol that evkit speaks, in the client's spelling.

    None if all that was offered is foreign; without any offer the version is taken to be 1.6.
    """
    if not offered:
        return Offer(DEFAULT_VERSION, None)
    for name in offered:
        version = SUBPROTOCOLS.get(name.strip().lower())
        if version is not None:
            return Offer(version, name)
    return None


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Return the value of the first header called `name` (lower case)."""
    return next((value for key, value in headers if key.lower() == name), None)


def forwarded(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """Return what the nearest proxy added to a list such as X-Forwarded-For: the last entry, "" if none.

    Proxies add to what a client told, in the same header or in another one after it.
    """
    told = [value for key, value in headers if key.lower() == name]
    return told[-1].rsplit(b",", 1)[-1].strip() if told else b""


def only(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Return the value of the only header called `name` (lower case); None of several: one is a lie."""
    told = [value for key, value in headers if key.lower() == name]
    return told[0] if len(told) == 1 else None


def basic_password(authorization: bytes | None, identity: str) -> bytes | None:
    """Return the password of a Basic `authorization` for `identity`, as raw bytes.

    The user name is compared as bytes and may itself contain colons; the password may be any bytes
    (OCPP 1.6 security whitepaper, A00.FR.204 and following). None if it is absent or for somebody else.
    """
    if authorization is None:
        return None
    scheme, _, encoded = authorization.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    prefix = identity.encode() + b":"
    return decoded[len(prefix) :] if decoded.startswith(prefix) else None


def read_certificate_header(value: bytes | None) -> bytes | None:
    """Return the client certificate (DER) that a proxy tells; None if it tells none that can be read.

    Read are `Client-Cert` of RFC 9440 (":base64:"), PEM with percent signs (nginx: $ssl_client_escaped_cert)
    and bare base64 (HAProxy: ssl_c_der).
    """
    if not value or len(value) > MAX_CERTIFICATE_HEADER:
        return None
    text = unquote_to_bytes(value.strip().strip(b":")).decode("latin-1")
    body = "".join(line for line in text.replace("\t", "\n").splitlines() if not line.startswith("-----"))
    try:
        return base64.b64decode("".join(body.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def is_charge_point_path(raw_path: bytes) -> bool:
    """Tell whether a WebSocket path is a charge point's: `/ocpp/<identity>`, slashes doubled or not."""
    return raw_path.lstrip(b"/").split(b"/", 1)[0] == b"ocpp" or b"/ocpp/" in raw_path
