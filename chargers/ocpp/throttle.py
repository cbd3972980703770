"""Slows down who fails to log in again and again: bounded memory, no database."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

FREE_FAILURES = 5
FORGET_S = 600.0
LONGEST_S = 300.0
REMEMBERED = 10_000

CROWD = 100
"""How many failures from one address in `FORGET_S` are taken for guessing."""

CROWD_PAUSE_S = 1.0
"""How often a stranger from such an address is listened to: a new charge point still gets in."""

TRUSTED_S = 86_400.0
"""How long an identity that logged in is no stranger at its address."""


class Throttle:
    """Counts failures per address and identity, and per address.

    After five of one identity, each doubles the time in which it is refused at once. After `CROWD` from
    one address, identities that did not log in from there lately are heard one per `CROWD_PAUSE_S`.
    Times are in s on any steady clock.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._successes: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._crowds: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._heard: OrderedDict[str, float] = OrderedDict()

    def refuses(self, address: str, identity: str, now: float) -> bool:
        """Tell whether `identity` at `address` must wait; if not, it counts as heard."""
        count, last = self._failures.get((address, identity), (0, 0.0))
        if count >= FREE_FAILURES and now - last < min(2.0 ** (count - FREE_FAILURES), LONGEST_S):
            return True
        return self._is_stranger(address, identity, now) and self._is_crowded(address, now)

    def failed(self, address: str, identity: str, now: float) -> None:
        """Count a failure."""
        count, last = self._failures.get((address, identity), (0, now))
        _keep(self._failures, (address, identity), (count + 1 if now - last < FORGET_S else 1, now))
        count, since = self._crowds.get(address, (0, now))
        fresh = now - since < FORGET_S
        _keep(self._crowds, address, (count + 1, since) if fresh else (1, now))

    def succeeded(self, address: str, identity: str, now: float) -> None:
        """Forget the failures of `identity` at `address`; it is no stranger there."""
        self._failures.pop((address, identity), None)
        _keep(self._successes, (address, identity), now)

    def _is_stranger(self, address: str, identity: str, now: float) -> bool:
        last = self._successes.get((address, identity))
        return last is None or now - last >= TRUSTED_S

    def _is_crowded(self, address: str, now: float) -> bool:
        count, since = self._crowds.get(address, (0, 0.0))
        if count < CROWD or now - since >= FORGET_S:
            return False
        heard = self._heard.get(address)
        if heard is not None and now - heard < CROWD_PAUSE_S:
            return True
        _keep(self._heard, address, now)
        return False


def _keep(known: OrderedDict[K, V], key: K, value: V) -> None:
    """Store the newest value; what is beyond `REMEMBERED` is forgotten, oldest first."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > REMEMBERED:
        known.popitem(last=False)
