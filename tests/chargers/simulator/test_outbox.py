from __future__ import annotations

import asyncio

import pytest

from chargers.simulator.calls import CallFailedError, OutgoingCall
from chargers.simulator.outbox import Outbox


def call(action, **options):
    return OutgoingCall(action, dict, **options)


async def drained(outbox):
    """Return the actions in the order in which they leave."""
    actions = []
    while len(outbox):
        item = await asyncio.wait_for(outbox.next(), 0.1)
        outbox.done(item)
        actions.append(item.action)
    return actions


class TestOutbox:
    async def test_calls_leave_as_they_came(self):
        outbox = Outbox()
        outbox.gate_open = True
        outbox.put(call("Authorize"))
        outbox.put(call("StartTransaction", durable=True))
        outbox.put(call("StatusNotification"))
        assert await drained(outbox) == ["Authorize", "StartTransaction", "StatusNotification"]

    async def test_only_early_calls_pass_a_closed_gate(self):
        outbox = Outbox()
        outbox.put(call("Heartbeat"))
        outbox.put(call("StopTransaction", durable=True))
        outbox.put(call("BootNotification", early=True))
        assert (await outbox.next()).action == "BootNotification"
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(outbox.next(), 0.05)
        outbox.gate_open = True
        assert await drained(outbox) == ["Heartbeat", "StopTransaction"]

    async def test_a_lost_connection_leaves_only_durable_calls(self):
        outbox = Outbox()
        outbox.gate_open = True
        failures: list[CallFailedError] = []
        outbox.put(call("Heartbeat", on_failure=failures.append))
        outbox.put(call("StartTransaction", durable=True))
        outbox.put(call("StopTransaction", durable=True))
        outbox.connection_lost()
        assert [str(failure) for failure in failures] == ["Heartbeat: ConnectionLost"]
        assert not outbox.gate_open
        assert [item.action for item in outbox.durable] == ["StartTransaction", "StopTransaction"]

    async def test_what_is_new_overtakes_what_was_left_over(self):
        outbox = Outbox()
        outbox.put(call("StartTransaction", durable=True))
        outbox.connection_lost()
        outbox.gate_open = True
        outbox.put(call("StatusNotification"))
        outbox.put(call("StopTransaction", durable=True))
        assert await drained(outbox) == [
            "StatusNotification",
            "StartTransaction",
            "StopTransaction",
        ]

    async def test_a_call_that_must_wait_holds_up_only_durable_ones(self):
        outbox = Outbox()
        outbox.gate_open = True
        now = asyncio.get_running_loop().time()
        outbox.put(call("StartTransaction", durable=True, not_before_s=now + 0.1))
        outbox.put(call("StopTransaction", durable=True))
        outbox.put(call("Heartbeat"))
        assert (await outbox.next()).action == "Heartbeat"
        assert (await outbox.next()).action == "StartTransaction"
        assert asyncio.get_running_loop().time() >= now + 0.1

    async def test_ids_are_never_reused(self):
        outbox = Outbox()
        ids = {outbox.new_id() for _ in range(1_000)} | {Outbox().new_id()}
        assert len(ids) == 1_001
        assert max(map(len, ids)) <= 36
