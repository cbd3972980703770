"""A short campaign, on SQLite and (`python -m tests.served`) on PostgreSQL; `make fuzz` is the long one."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fuzz.campaign import Found, campaign
from tests.fuzz.oracle import must_be_answered
from tests.fuzz.site import WITNESS, fuzz_site, identities
from tests.support.databases import own_database

pytestmark = pytest.mark.slow
FRAMES = 6000
SEED = 16


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with ExitStack() as stack:
        url = stack.enter_context(own_database()) if os.environ.get("DATABASE_URL") else ""
        server = stack.enter_context(fuzz_site(folder, fuzzers=8, database_url=url))
        assert server.process is not None
        found = asyncio.run(
            campaign(
                port=server.port,
                pid=server.process.pid,
                frames=FRAMES,
                seed=SEED,
                fuzzers=identities(8),
                witness=WITNESS,
            )
        )
        assert server.process.poll() is None, server.log()
    return found


def test_every_valid_call_is_answered(found: Found) -> None:
    assert found.frames >= FRAMES
    assert found.valid > FRAMES // 3
    assert found.unanswered == []


def test_no_frame_ends_its_connection(found: Found) -> None:
    assert found.closed == []


def test_no_handler_fails(found: Found) -> None:
    assert found.faults == []


def test_memory_does_not_grow_with_the_frames(found: Found) -> None:
    assert found.growth_mib < 64


def test_the_charge_point_beside_them_is_served(found: Found) -> None:
    assert found.witness_lost == 0
    assert len(found.latencies_s) > 20
    assert found.percentile_ms(50) < 1000


class TestMustBeAnswered:
    @pytest.mark.parametrize(
        "frame",
        ['[2,"1","Heartbeat",{}]', '[2,"1","Nonsense",{"a":[1]}]', ' [2, "1", "", {}] '],
    )
    def test_a_valid_call(self, frame: str) -> None:
        assert must_be_answered(frame) == "1"

    @pytest.mark.parametrize(
        "frame",
        ["", "[", '[3,"1",{}]', '[2,1,"Heartbeat",{}]', '[2,"","Heartbeat",{}]', '[2,"1","Heartbeat",{},1]'],
    )
    def test_anything_else(self, frame: str) -> None:
        assert must_be_answered(frame) is None
