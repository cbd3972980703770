"""The clock of a charge point, and times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(seconds=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DeviceClock:
    """UTC as the charge point believes it to be: the machine's time plus an offset."""

    __slots__ = ("offset",)

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """Return the charge point's idea of the present time."""
        return datetime.now(tz=UTC) + self.offset

    def synchronise(self, moment: datetime) -> None:
        """Follow a time from outside, which may be cut to whole seconds, when it differs much."""
        if abs(moment - self.now()) > TOLERANCE:
            self.set_to(moment)

    def set_to(self, moment: datetime) -> None:
        """Make `moment` the present time."""
        self.offset = moment - datetime.now(tz=UTC)


def format_time(moment: datetime) -> str:
    """Write a time as OCPP wants it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def parse_time(text: str) -> datetime:
    """Read a time; without a zone it is UTC.

    Raises:
        ValueError: when the text is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
