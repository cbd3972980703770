from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from chargers.simulator.runner import SimulationOptions, simulate

ROOT = Path(__file__).parents[3]
LINE = re.compile(r"connected \d+/\d+, charging \d+, \d+\.\d kW, \d+\.\d messages/s, \d+ errors")


class TestSimulate:
    @pytest.mark.parametrize("scenario", ["demo", "busy", "idle"])
    async def test_a_scenario_runs_for_its_duration_and_reports(self, csms, scenario):
        lines: list[str] = []
        options = SimulationOptions(
            csms.url, scenario=scenario, count=2, connectors=1, duration_s=2.0, report_s=0.5
        )
        await simulate(options, lines.append)
        assert len(lines) >= 3
        assert lines[0].startswith("connected 2/2, ")
        assert all(LINE.match(line) for line in lines)
        assert len(csms.of("BootNotification")) == 2

    async def test_errors_are_named(self):
        lines: list[str] = []
        options = SimulationOptions(
            "ws://127.0.0.1:9/ocpp/", scenario="idle", count=1, duration_s=0.5, report_s=0.3
        )
        await simulate(options, lines.append)
        assert lines[-1].startswith("connected 0/1, ")
        assert "SIM_00001: " in lines[-1]


class TestCommand:
    async def test_it_drives_charge_points_until_it_is_interrupted(self, csms):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "manage.py",
            "simulate",
            f"--url={csms.url}",
            "--count=2",
            "--prefix=CMD_",
            "--connectors=1",
            "--scenario=busy",
            "--misbehave",
            "comma_decimals",
            "duplicate_start",
            "--password=secret-password",
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        ended = asyncio.create_task(process.wait())
        await csms.until(lambda: ended.done() or len(csms.of("StartTransaction")) == 4, 40.0)
        if not ended.done():
            process.send_signal(signal.SIGINT)
        output, errors = await process.communicate()
        assert (process.returncode, errors.decode()) == (0, "")
        assert LINE.match(output.decode().splitlines()[-1])
        assert {name for name, _, _ in csms.calls} == {"CMD_00001", "CMD_00002"}
