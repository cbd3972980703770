"""What one socket adds to the message log beside its calls, which are logged with their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import LogEntry
from evkit.core.clock import utc_now

if TYPE_CHECKING:
    from chargers.ocpp.engine import Engine

LOG_AHEAD = 100
"""How many log entries of one socket may wait: junk that costs no transaction slows down its sender only."""


class Journal:
    """The log entries of one socket; nobody waits for them until too many do.

    Args:
        engine: the process's engine.
        charge_point_id: whose socket it is.
    """

    __slots__ = ("_charge_point_id", "_engine", "_unstored")

    def __init__(self, engine: Engine, charge_point_id: int) -> None:
        self._engine = engine
        self._charge_point_id = charge_point_id
        self._unstored = 0

    @property
    def is_full(self) -> bool:
        """Whether `catch_up` is due before another frame is taken."""
        return self._unstored >= LOG_AHEAD

    async def catch_up(self) -> None:
        """Wait until everything is stored, if much is not.

        Raises:
            IntakeOverloadedError: too much waits already.
            StorageUnavailableError: the database cannot be written.
        """
        if self.is_full:
            self._unstored = 0
            await self._engine.intake.logged()

    def write(
        self,
        text: str,
        *,
        message_id: str,
        action: str,
        deviations: tuple[Deviation, ...] = (),
        answer: str | None = None,
        outgoing: bool = False,
    ) -> None:
        """Put a frame into the message log, with its answer if it got one at once."""
        now = utc_now()
        self._unstored += 1
        self._engine.intake.log(
            LogEntry(
                charge_point_id=self._charge_point_id,
                at=now,
                sequence=self._engine.next_sequence(),
                outgoing=outgoing,
                message_id=message_id,
                action=action,
                frame=text,
                answer=answer,
                answered_at=now if answer is not None else None,
                deviations=deviations,
            )
        )
