"""The charge point as a whole: connector 0 in OCPP."""

from __future__ import annotations

from chargers.simulator.connector import Reservation


class Station:
    """State that belongs to no connector in particular."""

    __slots__ = (
        "announce_installed",
        "error_code",
        "file_status",
        "operative",
        "reported",
        "reservation",
    )

    def __init__(self) -> None:
        self.operative = True
        self.error_code = "NoError"
        self.reservation: Reservation | None = None
        self.reported: tuple[str, str] | None = None
        self.file_status: dict[str, str] = {}
        self.announce_installed = False

    @property
    def status(self) -> str:
        """Status of connector 0: Available, Unavailable or Faulted (OCPP 1.6 §4.9)."""
        if self.error_code != "NoError":
            return "Faulted"
        return "Available" if self.operative else "Unavailable"
