from __future__ import annotations

import asyncio
import json

import pytest

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.misbehaviour import REGISTRY, odd_frames
from tests.chargers.simulator.commanded import charging, relative_profile
from tests.chargers.simulator.conftest import quick_spec
from tests.chargers.simulator.csms import running_csms


class TestRegistry:
    def test_every_misbehaviour_is_named_and_explained(self):
        assert sorted(REGISTRY) == [
            "comma_decimals",
            "drops_mid_transaction",
            "duplicate_start",
            "faults",
            "ignores_limits",
            "late_answers",
            "never_resumes",
            "no_boot_after_reconnect",
            "no_subprotocol",
            "odd_frames",
            "restarting_register",
            "silent",
            "unknown_transaction_ids",
            "wrong_clock",
        ]
        assert all(item.summary.endswith(".") for item in REGISTRY.values())

    def test_an_unknown_name_is_refused(self):
        with pytest.raises(ValueError, match="unknown misbehaviours \\['dances'\\]"):
            SimulatedChargePoint(quick_spec(misbehaviours=("dances",)), url="ws://127.0.0.1/")


class TestMisbehaviours:
    async def test_ignores_limits(self, csms, connect):
        cp = await connect(misbehaviours=("ignores_limits",))
        await charging(cp)
        profile = relative_profile(10, "A", "TxProfile")
        assert (await csms.ask("SetChargingProfile", 1, profile)).status == "Accepted"
        await asyncio.sleep(0.4)
        assert cp.connectors[1].charge.power_w > 21_000

    async def test_never_resumes(self, csms, connect):
        cp = await connect(misbehaviours=("never_resumes",))
        await charging(cp)
        for limit_a in (0, 16):
            profile = relative_profile(limit_a, "A", "TxProfile")
            assert (await csms.ask("SetChargingProfile", 1, profile)).status == "Accepted"
            await cp.status(1, "SuspendedEVSE")
            await asyncio.sleep(0.4)
        assert cp.connectors[1].charge.power_w == 0
        await cp.unplug(1)
        await cp.stopped(1)
        await charging(cp)
        await cp.until(lambda: cp.connectors[1].charge.power_w > 21_000)

    async def test_late_answers(self, csms, connect):
        await connect(misbehaviours=("late_answers",), pace_s=0.5)
        loop = asyncio.get_running_loop()
        before = loop.time()
        await csms.ask("ClearCache")
        assert 0.5 <= loop.time() - before < 2.0

    async def test_drops_mid_transaction(self, csms, connect):
        cp = await connect(misbehaviours=("drops_mid_transaction",), pace_s=0.5)
        number = await charging(cp)
        await cp.until(lambda: not cp.online)
        lost = len(csms.of("MeterValues"))
        assert cp.connectors[1].transaction is not None
        await cp.booted()
        await csms.until(lambda: len(csms.of("MeterValues")) >= lost + 4)
        assert {row["transactionId"] for row in csms.of("MeterValues")} == {number}
        times = [row["meterValue"][0]["timestamp"] for row in csms.of("MeterValues")]
        assert times == sorted(times)

    async def test_restarting_register(self, csms, connect):
        cp = await connect(misbehaviours=("restarting_register",), speed=3_600.0)
        for _ in range(2):
            await charging(cp)
            await cp.unplug(1)
            await cp.stopped(1)
        assert [row["meterStart"] for row in csms.of("StartTransaction")] == [0, 0]

    async def test_no_boot_after_reconnect(self, csms, connect):
        cp = await connect(misbehaviours=("no_boot_after_reconnect",))
        await csms.until(lambda: len(csms.of("StatusNotification")) == 3)
        cp.drop()
        await csms.until(lambda: len(csms.of("StatusNotification")) == 6)
        assert len(csms.of("BootNotification")) == 1
        await csms.ask("Reset", "Hard")
        await csms.until(lambda: len(csms.of("BootNotification")) == 2)

    async def test_odd_frames(self, csms, connect):
        cp = await connect(misbehaviours=("odd_frames",), pace_s=0.01, meter_interval_s=0)
        number = await charging(cp)
        expected = [frame.replace("TX", str(number)) for frame in odd_frames()]
        await cp.until(lambda: set(cp.sent.frames) >= set(expected[3:]))

    async def test_unknown_transaction_ids(self, csms, connect):
        cp = await connect(misbehaviours=("unknown_transaction_ids",))
        await charging(cp)
        await cp.unplug(1)
        await cp.stopped(1)
        assert csms.of("StopTransaction")[0]["transactionId"] == -1

    async def test_wrong_clock(self, csms, connect):
        cp = await connect(misbehaviours=("wrong_clock",))
        await charging(cp)
        assert csms.of("StartTransaction")[0]["timestamp"].startswith("1970-01-01T00:00:3")

    async def test_comma_decimals(self, csms, connect):
        cp = await connect(misbehaviours=("comma_decimals",))
        await charging(cp)
        await csms.until(lambda: bool(csms.of("MeterValues")))
        sampled = csms.of("MeterValues")[0]["meterValue"][0]["sampledValue"]
        assert next(s["value"] for s in sampled if s["measurand"] == "SoC") == "40,0"

    async def test_no_subprotocol(self):
        async with running_csms(subprotocols=None) as csms:
            spec = quick_spec(misbehaviours=("no_subprotocol",))
            async with SimulatedChargePoint(spec, url=csms.url) as cp:
                await cp.booted()
                assert "Sec-WebSocket-Protocol" not in csms.link.request.headers
                assert cp.wire.subprotocol is None

    async def test_silent(self, csms, connect):
        cp = await connect(misbehaviours=("silent",))
        csms.response_timeout_s = 0.3
        csms.link._response_timeout = 0.3
        with pytest.raises(asyncio.TimeoutError):
            await csms.ask("ClearCache")
        assert cp.online
        assert cp.received.actions() == ["ClearCache"]

    async def test_duplicate_start(self, csms, connect):
        cp = await connect(misbehaviours=("duplicate_start",))
        await charging(cp)
        await csms.until(lambda: len(csms.of("StartTransaction")) == 2)
        first, second = csms.of("StartTransaction")
        assert first == second
        ids = [json.loads(raw)[1] for raw in csms.frames if '"StartTransaction"' in raw]
        assert ids[0] != ids[1]
        await cp.unplug(1)
        await cp.stopped(1)
        assert [row["transactionId"] for row in csms.of("StopTransaction")] == [1001]

    async def test_faults(self, csms, connect):
        await connect(misbehaviours=("faults",), pace_s=0.1)
        await csms.until(lambda: csms.statuses_of(2).count("Faulted") == 1)
        await csms.until(lambda: csms.statuses_of(1).count("Faulted") == 2)
        assert csms.statuses_of(1)[:4] == ["Available", "Faulted", "Available", "Faulted"]


class TestOddFrames:
    def test_the_frames_of_the_field_are_there(self):
        assert len(odd_frames()) == 34
        assert all(isinstance(frame, str) for frame in odd_frames())
