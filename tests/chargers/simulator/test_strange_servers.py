"""Central systems that answer what they should not."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from chargers.simulator.calls import CallFailedError
from chargers.simulator.charge_point import SimulatedChargePoint
from tests.chargers.simulator.conftest import BUS, quick_spec

GOOD: dict[str, Any] = {
    "BootNotification": {
        "currentTime": "2026-03-04T12:00:00Z",
        "interval": 300,
        "status": "Accepted",
    },
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "StartTransaction": {"transactionId": 5, "idTagInfo": {"status": "Accepted"}},
}


@asynccontextmanager
async def charge_point_of(answers, **changes):
    """A charge point whose server takes its answers from a table; None is no answer."""

    async def handle(socket):
        with suppress(ConnectionClosed):
            async for text in socket:
                frame = json.loads(text)
                answer = {**GOOD, **answers}.get(frame[2], {})
                if frame[0] == 2 and answer is not None:
                    await socket.send(json.dumps([3, frame[1], answer]))

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        spec = quick_spec(misbehaviours=("no_subprotocol",), **changes)
        url = f"ws://127.0.0.1:{port}/"
        async with SimulatedChargePoint(spec, url=url, history=200) as cp:
            yield cp


class TestStrangeServers:
    async def test_a_boot_answer_without_sense_is_an_error_and_not_the_end(self):
        async with charge_point_of({"BootNotification": {"interval": None}}) as cp:
            await cp.until(lambda: cp.timers.is_set("boot"))
            assert cp.wire.counters.errors == 1
            assert not cp.online
            assert cp.wire.connected

    async def test_an_unreadable_time_is_an_error_and_not_the_end(self):
        boot = {**GOOD["BootNotification"], "currentTime": "soon"}
        async with charge_point_of({"BootNotification": boot}) as cp:
            await cp.booted()
            assert cp.wire.counters.last_error == "CP_1: time 'soon'"

    async def test_an_empty_authorization_is_a_refusal(self):
        async with charge_point_of({"Authorize": {"idTagInfo": None}}) as cp:
            await cp.booted()
            await cp.plug_in(1, BUS)
            assert await cp.present_tag(1, BUS.id_tag) == "Invalid"

    async def test_a_start_without_an_id_still_ends(self):
        answers = {"StartTransaction": {"idTagInfo": {"status": "Accepted"}}}
        async with charge_point_of(answers) as cp:
            await cp.booted()
            await cp.plug_in(1, BUS)
            await cp.present_tag(1, BUS.id_tag)
            assert await cp.started(1) == -1
            await cp.unplug(1)
            await cp.stopped(1)
            assert cp.sent.calls("StopTransaction")[0]["transactionId"] == -1

    async def test_a_missing_answer_is_a_timeout(self):
        async with charge_point_of({"DataTransfer": None}, call_timeout_s=0.2) as cp:
            await cp.booted()
            with pytest.raises(CallFailedError, match="DataTransfer: Timeout"):
                await cp.send_call("DataTransfer", {"vendorId": "X"})
            assert await cp.send_call("Heartbeat", {}) == {}

    async def test_a_transaction_message_without_an_answer_is_tried_again(self):
        answers: dict[str, Any] = {"StartTransaction": None}
        async with charge_point_of(
            answers,
            call_timeout_s=0.1,
            configuration=(("TransactionMessageRetryInterval", "0.05"),),
        ) as cp:
            await cp.booted()
            await cp.plug_in(1, BUS)
            await cp.present_tag(1, BUS.id_tag)
            await asyncio.sleep(0.7)
            answers["StartTransaction"] = GOOD["StartTransaction"]
            assert await cp.started(1) == 5
            starts = [text for text in cp.sent.frames if '"StartTransaction"' in text]
            assert len(starts) >= 4
            assert len(set(starts)) == 1
