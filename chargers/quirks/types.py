"""The quirks that evkit knows how to serve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Quirks:
    """What is peculiar about a charge point; each is off unless its model or an administrator says so.

    Attributes:
        silent_reconnect: no BootNotification after a reconnect: commands do not wait for one.
        small_requests: a full GetConfiguration stays unanswered: ask for at most four keys at a time.
        base_stack_level: only charging profiles of stack level 0 are accepted.
        watts_only: only limits in W are accepted.
        pause_not_stop: no restart after a stop until unplugged: evkit pauses instead of stopping by itself.
        tag_suffix: id tags come with more characters than the badge has: the declared one that they begin
            with counts.
        vendor_talk: DataTransfer of its own at boot and later: always answered Accepted.
    """

    silent_reconnect: bool = False
    small_requests: bool = False
    base_stack_level: bool = False
    watts_only: bool = False
    pause_not_stop: bool = False
    tag_suffix: bool = False
    vendor_talk: bool = False


QUIRK_NAMES: Final = tuple(field.name for field in fields(Quirks))
NO_QUIRKS: Final = Quirks()


def quirks_named(names: Iterable[str]) -> Quirks:
    """Return the quirks with these names switched on; names that are not known count for nothing."""
    return Quirks(**{name: True for name in names if name in QUIRK_NAMES})
