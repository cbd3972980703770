"""Seeded mutation of frames: of their structure, of their text, or of both."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 255, 2**31 - 1, 2**31, 2**63 - 1, 2**64, -(2**63), 10**40, 1e308, -0.0, 0.1,
    "", " ", "0", "-1", "1,5", "NaN", "1e400", "\x00", "a\x00b", "é", "\U0001f50c", "\ud83d", "x" * 51,
    "x" * 300,     "Accepted", "Available", "Charging", "Faulted", "B4A63CDF2212", "BLOCKED", "null", "[]",
    "1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "2025-02-30T00:00:00Z",
    "2025-03-01T12:00:00+02", "222222-01-01T00:00:00Z", "Energy.Active.Import.Register", "kWh", "Wh", "Hz",
    [], {}, [[]], [{}], {"": ""},
)  # fmt: skip
MARKS = ("[", "]", "{", "}", '"', ",", ":", "\\", "\\u0000", "\\ud800", "\x00", "\ufeff", "9" * 400, "[" * 80)
ACTIONS = (
    "Authorize", "BootNotification", "DataTransfer", "DiagnosticsStatusNotification",
    "FirmwareStatusNotification", "Heartbeat", "MeterValues", "StartTransaction", "StatusNotification",
    "StopTransaction", "SignCertificate", "Nonsense", "heartbeat", "",
)  # fmt: skip

Path = list[str | int]


def mutate(frame: str, number: int, random: Random) -> str:
    """Return a relative of `frame` under the message id `number`, usually; encodable as UTF-8."""
    if random.random() < 0.7:
        frame = _of_structure(frame, number, random)
    if random.random() < 0.25:
        for _ in range(random.randint(1, 3)):
            frame = random.choice(TEXTUAL)(frame, random)
    return frame.encode("utf-8", "replace").decode()


def mutate_payload(payload: dict[str, Any], random: Random) -> Any:
    """Return a relative of a payload."""
    tree = copy.deepcopy(payload)
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        tree = _change(tree, random)
    return tree


def _of_structure(frame: str, number: int, random: Random) -> str:
    try:
        tree = json.loads(frame)
    except (ValueError, RecursionError):
        return frame
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        tree = _change_call(tree, random)
    if isinstance(tree, list) and len(tree) > 1 and random.random() < 0.95:
        tree[1] = str(number)
        if len(tree) > 2 and tree[0] == 2 and random.random() < 0.1:
            tree[2] = random.choice(ACTIONS)
    spaced = random.random() < 0.3
    return json.dumps(tree, ensure_ascii=random.random() < 0.5, separators=None if spaced else (",", ":"))


def _change_call(tree: Any, random: Random) -> Any:
    """Change the payload of a call, now and then its envelope."""
    if isinstance(tree, list) and len(tree) == 4 and isinstance(tree[3], dict) and random.random() < 0.9:
        return [*tree[:3], _change(tree[3], random)]
    return _change(tree, random)


def _change(tree: Any, random: Random) -> Any:
    """Change one place of a tree; the root itself only rarely."""
    places = list(_places(tree, []))
    if not places or random.random() < 0.02:
        return random.choice(HOSTILE)
    place = random.choice(places)
    parent = tree
    for step in place[:-1]:
        parent = parent[step]
    key = place[-1]
    kind = random.random()
    if kind < 0.6:
        parent[key] = copy.deepcopy(random.choice(HOSTILE))
    elif kind < 0.75:
        del parent[key]
    elif kind < 0.85 and isinstance(parent, dict):
        parent[random.choice(("", "x", "vendorKey", "timestamp", "transactionId"))] = parent[key]
    elif kind < 0.9:
        parent[key] = [parent[key]] * random.choice((1, 2, 50))
    elif isinstance(parent[key], int | float):
        parent[key] = str(parent[key])
    else:
        parent[key] = {"value": parent[key]}
    return tree


def _places(tree: Any, before: Path) -> Any:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        place = [*before, key]
        yield place
        yield from _places(value, place)


def _truncate(text: str, random: Random) -> str:
    return text[: random.randint(0, len(text))]


def _insert(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(MARKS) + text[at:]


def _drop(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + text[at + random.randint(1, 8) :]


def _repeat(text: str, random: Random) -> str:
    start = random.randint(0, len(text))
    span = text[start : start + random.randint(1, 40)]
    return text[:start] + span * random.choice((2, 3, 30)) + text[start:]


def _swap(text: str, random: Random) -> str:
    if not text:
        return text
    at = random.randrange(len(text))
    return (
        text[:at] + chr(random.choice((random.randint(1, 127), random.randint(128, 0x2FFF)))) + text[at + 1 :]
    )


TEXTUAL: Sequence[Callable[[str, Random], str]] = (_truncate, _insert, _drop, _repeat, _swap)
