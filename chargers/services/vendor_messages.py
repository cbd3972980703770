"""Vendor-specific messages of charge points (OCPP 1.6 §4.3 DataTransfer)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from chargers.models import VendorMessage
from evkit.core.texts import storable


@dataclass(frozen=True, slots=True)
class VendorData:
    """One message of a vendor's own; `message_id` is the vendor's, "" if it gave none."""

    charge_point_id: int
    vendor_id: str
    message_id: str
    data: str


@dataclass(frozen=True, slots=True)
class VendorAnswer:
    """A DataTransferStatus (OCPP 1.6 §7.18) and, if the vendor's protocol wants it, data."""

    status: str
    data: str | None = None


UNKNOWN = VendorAnswer("UnknownVendorId")
ACCEPTED = VendorAnswer("Accepted")
VendorHandler = Callable[[VendorData], VendorAnswer]


class VendorRegistry:
    """Who understands which vendor's messages; a handler of a vendor's message beats the vendor's."""

    def __init__(self) -> None:
        self._handlers: dict[tuple[str, str | None], VendorHandler] = {}

    def register(self, vendor_id: str, handler: VendorHandler, message_id: str | None = None) -> None:
        """Let `handler` answer messages of `vendor_id`: those with `message_id`, or all of them."""
        self._handlers[vendor_id.lower(), message_id.lower() if message_id else None] = handler

    def answer(self, message: VendorData) -> VendorAnswer | None:
        """Return the handler's answer; None if nobody knows the vendor."""
        vendor = message.vendor_id.lower()
        handler = self._handlers.get((vendor, message.message_id.lower())) or self._handlers.get(
            (vendor, None)
        )
        return handler(message) if handler else None


def read_registry(lines: Iterable[str]) -> VendorRegistry:
    """Return a registry that accepts what `lines` name: `vendor [message id]`, `#` starts a comment."""
    registry = VendorRegistry()
    for line in lines:
        vendor, _, message_id = line.partition("#")[0].strip().partition(" ")
        if vendor:
            registry.register(vendor, _accept, message_id.strip() or None)
    return registry


@cache
def harmless_vendors() -> VendorRegistry:
    """Return the registry of messages known to expect no more than "Accepted"."""
    text = resources.files("chargers").joinpath("data/harmless_vendors.txt").read_text("utf-8")
    return read_registry(text.splitlines())


def _accept(_message: VendorData) -> VendorAnswer:
    return ACCEPTED


def store_vendor_message(message: VendorData, *, ocpp_message_id: str, at: datetime) -> bool:
    """Store a vendor's message once per OCPP message id and content; tell whether it was new."""
    content = repr((ocpp_message_id, message.vendor_id, message.message_id, message.data))
    stored = VendorMessage.objects.bulk_create(
        [
            VendorMessage(
                charge_point_id=message.charge_point_id,
                vendor_id=storable(message.vendor_id, 255),
                vendor_message_id=storable(message.message_id, 255),
                data=storable(message.data, len(message.data)),
                at=at,
                digest=hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(),
            )
        ],
        ignore_conflicts=True,
    )
    return bool(stored)
