"""What stands in a local authorization list, and how a list becomes messages (OCPP 1.6 §3.5.2, §5.15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chargers.ocpp.times import format_time
from charging.models import IdToken
from charging.models.id_token import token_key
from charging.types import AuthorizationStatus as Status

MAX_TAG: Final = 20
"""Characters of an idTag in OCPP 1.6 (§7.28)."""

Entry = dict[str, Any]
"""An AuthorizationData as it is sent (§7.1): `idTag`, and `idTagInfo` unless it is to be removed."""


@dataclass(frozen=True, slots=True)
class Composition:
    """The entries of a list, and how many badges found no place in it."""

    entries: Sequence[Entry]
    left_out: int = 0


def compose(tokens: Iterable[IdToken], *, now: datetime, room: int | None = None) -> Composition:
    """Return the list of `tokens` as of `now`: those that may charge first, at most `room` of them.

    Badges that may not charge are listed as such, so that they are refused offline as well. Badges longer
    than the protocol allows are left out.
    """
    every = list(tokens)
    entries = [_entry(token, now) for token in every if len(token.value) <= MAX_TAG]
    entries.sort(key=_accepted_first)
    kept = entries if room is None else entries[:room]
    return Composition(kept, left_out=len(every) - len(kept))


def _accepted_first(entry: Entry) -> tuple[bool, str]:
    return entry["idTagInfo"]["status"] != Status.ACCEPTED, token_key(entry["idTag"])


def _entry(token: IdToken, now: datetime) -> Entry:
    chain = [token, *([token.parent] if token.parent else [])]
    expires_at = min((row.expires_at for row in chain if row.expires_at), default=None)
    status = Status.ACCEPTED
    if any(row.blocked for row in chain):
        status = Status.BLOCKED
    elif expires_at is not None and expires_at <= now:
        status = Status.EXPIRED
    info: Entry = {"status": str(status.value)}
    if expires_at is not None:
        info["expiryDate"] = format_time(expires_at)
    if token.parent is not None and len(token.parent.value) <= MAX_TAG:
        info["parentIdTag"] = token.parent.value
    return {"idTag": token.value, "idTagInfo": info}


def differences(held: Iterable[Entry], wanted: Iterable[Entry]) -> list[Entry]:
    """Return what turns the list `held` into `wanted`: removals first, then new and changed entries."""
    before, after = _by_key(held), _by_key(wanted)
    removed = [{"idTag": entry["idTag"]} for key, entry in before.items() if key not in after]
    changed = [
        entry
        for key, entry in after.items()
        if key not in before or before[key].get("idTagInfo") != entry.get("idTagInfo")
    ]
    return removed + changed


def messages(entries: Sequence[Entry], *, full: bool, after: int, size: int | None) -> list[dict[str, Any]]:
    """Return the SendLocalList payloads of `entries`, in chunks of `size`, numbered after version `after`.

    A full list begins with a full update, which may be empty; what follows amends it.
    """
    step = size or len(entries) or 1
    chunks = [list(entries[at : at + step]) for at in range(0, len(entries), step)]
    if full and not chunks:
        chunks = [[]]
    return [
        _message(chunk, version=after + number, full=full and number == 1)
        for number, chunk in enumerate(chunks, start=1)
    ]


def _message(chunk: list[Entry], *, version: int, full: bool) -> dict[str, Any]:
    payload: dict[str, Any] = {"listVersion": version, "updateType": "Full" if full else "Differential"}
    return payload | ({"localAuthorizationList": chunk} if chunk else {})


def applied(held: Sequence[Entry] | None, request: Mapping[str, Any]) -> list[Entry] | None:
    """Return the list after an accepted SendLocalList; None where it cannot be known."""
    sent = request.get("localAuthorizationList") or []
    full = request.get("updateType") == "Full"
    if held is None and not full:
        return None
    merged = {} if full else _by_key(held or [])
    for entry in sent:
        key = token_key(str(entry["idTag"]))
        if entry.get("idTagInfo") is None:
            merged.pop(key, None)
        else:
            merged[key] = dict(entry)
    return [merged[key] for key in sorted(merged)]


def _by_key(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {token_key(str(entry["idTag"])): entry for entry in entries}
