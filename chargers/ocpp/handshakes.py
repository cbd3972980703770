"""Handshakes that wait for their decision: of several by the same peer, only the newest still matters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class Handshakes:
    """Who waits, by peer and identity; bounded by the handshakes in progress.

    A charge point that gives up and tries again, over and over, must not fill the queue with decisions
    that nobody waits for. Written on the event loop, read on writer threads.
    """

    def __init__(self) -> None:
        self._newest: dict[str, UUID] = {}

    @contextmanager
    def waiting(self, key: str, token: UUID) -> Iterator[None]:
        """Make `token` the newest handshake of `key` until it is decided."""
        self._newest[key] = token
        try:
            yield
        finally:
            if self._newest.get(key) == token:
                del self._newest[key]

    def is_newest(self, key: str, token: UUID) -> bool:
        """Tell whether no later handshake of `key` waits."""
        return self._newest.get(key) == token
