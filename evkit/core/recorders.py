"""Recorders: what a higher app must write inside a lower app's transaction.

The audit journal belongs to `history`, yet a command queued by `chargers` must be audited in the same
transaction or not happen at all. Lower apps call `record`; `evkit.wiring` registers who writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class Recorders:
    """The registered recorders; filled once by `evkit.wiring`."""

    def __init__(self) -> None:
        self._recorders: list[Recorder] = []

    def register(self, recorder: Recorder) -> None:
        """Let `recorder` write every deed, inside the transaction of the service that did it."""
        if recorder not in self._recorders:
            self._recorders.append(recorder)

    def record(self, deed: Deed) -> None:
        """Hand `deed` to every recorder; an error aborts the caller's transaction on purpose."""
        for recorder in self._recorders:
            recorder(deed)


recorders = Recorders()


def record(deed: Deed) -> None:
    """Write `deed` to the journals, in the current transaction."""
    recorders.record(deed)
