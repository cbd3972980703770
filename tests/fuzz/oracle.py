"""What must be answered, decided without the server's own code."""

from __future__ import annotations

import json
from typing import NoReturn


def must_be_answered(frame: str) -> str | None:
    """Return the message id if `frame` is a valid CALL (OCPP-J 1.6 §4.2.1), None for everything else.

    Ids of control characters or half a surrogate pair are left out: no answer could repeat them.
    """
    try:
        tree = json.loads(frame, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, list) or len(tree) != 4 or type(tree[0]) is not int or tree[0] != 2:
        return None
    message_id, action, payload = tree[1:]
    if not isinstance(message_id, str) or not isinstance(action, str) or not isinstance(payload, dict):
        return None
    return message_id if 0 < len(message_id) <= 36 and message_id.isprintable() else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
