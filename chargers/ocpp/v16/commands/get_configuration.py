from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chargers.models import Command, CommandCall, ObservedDeviation
from chargers.ocpp.commanding import Again, Answer, CommandRoute, Done, settle
from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import Batch
from chargers.ocpp.v16.configuration_keys import STANDARD_KEYS
from chargers.services.configuration import (
    ReportedKey,
    known_keys,
    max_keys,
    store_configuration,
    unknown_keys,
)
from chargers.services.quirks import quirks_of
from chargers.types import CommandState

SMALL_CHUNK = 4
"""What every charge point copes with: some answer nothing to a full request."""

NO_FULL_REQUEST = "get-configuration-unanswered"


@dataclass(frozen=True, slots=True)
class Progress:
    """What the calls of one command have brought so far.

    `asked` are the keys that were settled; `chunk` is how many may be asked next.
    """

    wanted: tuple[str, ...]
    asked: frozenset[str]
    chunk: int
    entries: tuple[Any, ...]
    unknown: tuple[Any, ...]

    @property
    def next_keys(self) -> list[str]:
        """Return the keys to ask next; empty when all are settled."""
        return [key for key in self.wanted if key not in self.asked][: self.chunk]


def first_payload(command: Command) -> dict[str, object]:
    """Ask for everything at once, unless the charge point is known not to bear that (OCPP 1.6 §5.8)."""
    small = quirks_of(command.charge_point).small_requests or _answers_nothing_to_all(command)
    if not _keys(command.payload) and not small:
        return {}
    return {"key": _progress(command, []).next_keys}


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done | Again:
    """Store what was reported, and ask for what is missing; in smaller chunks after a failure."""
    asked = _keys(answer.request)
    if answer.payload is None and not _can_shrink(asked, answer):
        return settle(command, answer, batch)
    if answer.payload is None and not asked:
        batch.deviations.append(
            (command.charge_point_id, Deviation(NO_FULL_REQUEST, command.action, "a request without keys"))
        )
    if answer.payload is not None:
        store_configuration(
            charge_point=command.charge_point, reported=_reported(answer.payload), at=batch.now, batch=batch
        )
    calls = list(command.calls.all())
    progress = _progress(command, calls)
    if _full_answer(calls) or not progress.next_keys:
        response = {"configurationKey": list(progress.entries), "unknownKey": list(progress.unknown)}
        return Done(CommandState.ACCEPTED, response=response)
    return Again({"key": progress.next_keys})


def _can_shrink(asked: Sequence[str], answer: Answer) -> bool:
    """Tell whether a smaller request may do better; nothing is smaller than a refused single key."""
    if not asked or len(asked) > SMALL_CHUNK:
        return True
    return bool(answer.error_code)


def _progress(command: Command, calls: Sequence[CommandCall]) -> Progress:
    charge_point = command.charge_point
    asked: set[str] = set()
    chunk = max_keys(charge_point) or len(STANDARD_KEYS)
    entries: dict[str, Any] = {}
    unknown: list[Any] = []
    for call in calls:
        keys = _keys(call.request)
        if call.response is None:
            chunk = min(chunk, 1 if 0 < len(keys) <= SMALL_CHUNK else SMALL_CHUNK)
            asked.update(keys if len(keys) == 1 else ())
            continue
        asked.update(keys)
        entries |= {str(entry.get("key")): entry for entry in _entries(call.response)}
        unknown += call.response.get("unknownKey") or []
    wanted = _keys(command.payload)
    if not wanted:
        chunk = min(chunk, SMALL_CHUNK)
        skip = unknown_keys(charge_point) - {key.lower() for key in asked}
        wanted = [
            key
            for key in dict.fromkeys((*STANDARD_KEYS, *known_keys(charge_point)))
            if key.lower() not in skip
        ]
    return Progress(tuple(wanted), frozenset(asked), max(1, chunk), tuple(entries.values()), tuple(unknown))


def _full_answer(calls: Sequence[CommandCall]) -> bool:
    return any(not _keys(call.request) and call.response is not None for call in calls)


def _answers_nothing_to_all(command: Command) -> bool:
    return ObservedDeviation.objects.filter(
        charge_point_id=command.charge_point_id, code=NO_FULL_REQUEST
    ).exists()


def _keys(payload: Any) -> list[str]:
    return [str(key) for key in payload.get("key") or []]


def _entries(payload: Any) -> list[Any]:
    entries = payload.get("configurationKey")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _reported(payload: Any) -> list[ReportedKey]:
    reported = [
        ReportedKey(
            key=str(entry.get("key", "")),
            value=None if entry.get("value") is None else str(entry["value"]),
            readonly=entry.get("readonly") is True,
        )
        for entry in _entries(payload)
    ]
    names = payload.get("unknownKey")
    unknown = names if isinstance(names, list) else []
    return [*reported, *(ReportedKey(str(name), known=False) for name in unknown)]


ROUTE = CommandRoute(first_payload=first_payload, on_answer=on_answer)
