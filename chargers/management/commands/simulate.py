"""`manage.py simulate`: drive simulated charge points against any OCPP 1.6J central system."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chargers.simulator.misbehaviour import REGISTRY
from chargers.simulator.runner import SCENARIOS, SimulationOptions, simulate


class Command(BaseCommand):
    help = "Connects simulated charge points to an OCPP 1.6J central system."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", required=True, help="endpoint without the identity")
        parser.add_argument("--count", type=int, default=12, help="number of charge points")
        parser.add_argument("--prefix", default="SIM_", help="beginning of the identities")
        parser.add_argument("--connectors", type=int, default=2, help="connectors of each")
        parser.add_argument("--interval", type=float, default=10.0, help="MeterValues, seconds")
        parser.add_argument("--password", help="for HTTP Basic authentication")
        parser.add_argument("--misbehave", nargs="*", default=[], choices=sorted(REGISTRY))
        parser.add_argument("--scenario", choices=SCENARIOS, default="busy")
        parser.add_argument("--id-tag", help="one id tag for every vehicle (busy)")
        parser.add_argument("--duration", type=float, help="seconds; default: until Ctrl-C")
        parser.add_argument("--speed", type=float, default=1.0, help="of energy, not of messages")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--base-load",
            nargs="+",
            type=float,
            default=[],
            metavar="W",
            help="what the first charge point tells as its site's meter (not demo), each for five minutes",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        simulation = SimulationOptions(
            url=options["url"],
            scenario=options["scenario"],
            count=options["count"],
            prefix=options["prefix"],
            connectors=options["connectors"],
            interval_s=options["interval"],
            password=options["password"],
            misbehaviours=tuple(options["misbehave"]),
            id_tag=options["id_tag"],
            duration_s=options["duration"],
            speed=options["speed"],
            seed=options["seed"],
            base_load_w=tuple(options["base_load"]),
        )
        asyncio.run(self._run(simulation))

    async def _run(self, simulation: SimulationOptions) -> None:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, lambda: task.cancel() if task else None)
        with contextlib.suppress(asyncio.CancelledError):
            await simulate(simulation, self._write)

    def _write(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
