"""Frames to begin with: those of real charge points, conforming ones, and what Hypothesis makes up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.chargers.ocpp.schema.conforming import CONFIRMATIONS, REQUESTS

FIELD = Path(__file__).parents[1] / "data" / "field_frames.jsonl"
MADE_UP = 600

_KEYS = st.sampled_from(sorted({key for _action, payload in REQUESTS for key in payload})) | st.text(
    max_size=8
)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=40)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)
ENVELOPES = st.one_of(
    st.tuples(
        st.just(2),
        st.text(min_size=1, max_size=36),
        st.sampled_from([action for action, _payload in REQUESTS]),
        st.dictionaries(_KEYS, VALUES, max_size=6),
    ),
    st.tuples(st.integers(-1, 7), VALUES, VALUES, VALUES),
    st.lists(VALUES, max_size=6),
)
FRAMES = ENVELOPES.map(json.dumps) | st.text(st.characters(codec="utf-8"), max_size=200)


def made_up(count: int, number: int) -> list[str]:
    """Return `count` frames of Hypothesis, the same ones for the same seed `number`."""
    frames: list[str] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(FRAMES)
    def collect(frame: str) -> None:
        frames.append(frame)

    collect()
    return frames


def field_frames() -> list[str]:
    """Return the frames of real charge points that are single texts of OCPP 1.6."""
    rows = [json.loads(line) for line in FIELD.read_text("utf-8").splitlines()]
    return [row["frame"] for row in rows if row["ocpp"] == "1.6" and row["frame"].startswith("[")]


def conforming() -> list[str]:
    """Return a frame per conforming request."""
    return [json.dumps([2, "c", action, payload]) for action, payload in REQUESTS]


def confirmations() -> list[dict[str, Any]]:
    """Return the payloads of conforming answers."""
    return [payload for _action, payload in CONFIRMATIONS]
