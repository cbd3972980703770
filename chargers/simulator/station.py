"""The charge point as a whole: connector 0 in OCPP."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chargers.simulator.connector import Reservation
from chargers.simulator.main_meter import MainMeter

SECURITY_LOG_LENGTH: Final = 200
SecurityRecord = tuple[datetime, str, str]
"""When, which event, and what else there is to say."""


class Station:
    """State that belongs to no connector in particular.

    `announce_installed` is the kind of the update to report as installed after the next boot, "" for none;
    `fallback_profile` is the security profile to go back to while the new one has not worked yet,
    `request_ids` are those of the security extension, by kind.
    """

    __slots__ = (
        "announce_installed",
        "error_code",
        "fallback_profile",
        "file_status",
        "main_meter",
        "operative",
        "reported",
        "request_ids",
        "reservation",
        "security_log",
    )

    def __init__(self, base_load_w: Sequence[float] = ()) -> None:
        self.main_meter = MainMeter(base_load_w)
        self.operative = True
        self.error_code = "NoError"
        self.reservation: Reservation | None = None
        self.reported: tuple[str, str] | None = None
        self.file_status: dict[str, str] = {}
        self.request_ids: dict[str, int] = {}
        self.announce_installed = ""
        self.fallback_profile: int | None = None
        self.security_log: deque[SecurityRecord] = deque(maxlen=SECURITY_LOG_LENGTH)

    @property
    def status(self) -> str:
        """Status of connector 0: Available, Unavailable or Faulted (OCPP 1.6 §4.9)."""
        if self.error_code != "NoError":
            return "Faulted"
        return "Available" if self.operative else "Unavailable"
