"""Recorders: what a higher app must write inside a lower app's transaction.

The audit journal belongs to `history`, yet a command queued by `chargers` must be audited in the same
transaction or not happen at all. Lower apps call `record`; `evkit.wiring` registers who writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a user, an API token, or the system itself.

    Attributes:
        user_id: primary key of the user, None for the system.
        name: shown in the audit journal; kept even if the user is deleted.
        address: network address of the client, "" when there is none.
    """

    user_id: int | None = None
    name: str = "evkit"
    address: str = ""


SYSTEM = Actor()


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry for the audit journal: who did what to which object."""

    actor: Actor
    verb: str
    object_type: str
    object_key: str
    site_id: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)


Recorder = Callable[[Deed], None]
RecorderOfMany = Callable[[Sequence[Deed]], None]


class Recorders:
    """The registered recorders; filled once by `evkit.wiring`."""

    def __init__(self) -> None:
        self._recorders: list[Recorder] = []
        self._of_many: dict[Recorder, RecorderOfMany] = {}

    def register(self, recorder: Recorder, of_many: RecorderOfMany | None = None) -> None:
        """Let `recorder` write every deed, inside the transaction of the service that did it.

        `of_many` writes many at once in its place.
        """
        if recorder not in self._recorders:
            self._recorders.append(recorder)
        if of_many is not None:
            self._of_many[recorder] = of_many

    def record(self, deed: Deed) -> None:
        """Hand `deed` to every recorder; an error aborts the caller's transaction on purpose."""
        for recorder in self._recorders:
            recorder(deed)

    def record_all(self, deeds: Sequence[Deed]) -> None:
        """Hand many deeds to every recorder."""
        for recorder in self._recorders:
            if recorder in self._of_many:
                self._of_many[recorder](deeds)
                continue
            for deed in deeds:
                recorder(deed)


recorders = Recorders()


def record(deed: Deed) -> None:
    """Write `deed` to the journals, in the current transaction."""
    recorders.record(deed)


def record_all(deeds: Sequence[Deed]) -> None:
    """Write many deeds to the journals, in the current transaction."""
    recorders.record_all(deeds)
