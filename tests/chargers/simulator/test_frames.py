from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.simulator.frames import BadFrameError, Call, Failure, Result, decode, encode

texts = st.text(max_size=20)
payloads = st.dictionaries(texts, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts)
frames = (
    st.builds(Call, texts, texts, payloads)
    | st.builds(Result, texts, payloads)
    | st.builds(Failure, texts, texts, texts)
)


class TestFrames:
    @given(frames)
    def test_what_is_written_can_be_read(self, frame):
        assert decode(encode(frame)) == frame

    @pytest.mark.parametrize(
        "text",
        ["", "{}", "null", "[]", "[2]", '[2,"1"]', '[2,1,"Reset",{}]', '[2,"1","Reset",[]]', "[3"],
    )
    def test_anything_else_is_refused(self, text):
        with pytest.raises(BadFrameError):
            decode(text)

    @given(st.text() | st.binary())
    def test_nothing_else_can_happen(self, text):
        try:
            decode(text)
        except BadFrameError:
            return
