"""acnportal 0.3.3 on the same days, in an environment of its own below `build/`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bench.garage.world import HARDWARE_A, LEAST_A, VOLTAGE_V, Outcome, Vehicle
from tests.support.server import ROOT

ENVIRONMENT: Final = ROOT / "build" / "acnportal"
PACKAGE: Final = "acnportal==0.3.3"
"""It installs a top-level package `tests`: it must not share an environment with evkit."""


def acnportal_outcomes(days: Sequence[tuple[Sequence[Vehicle], float]]) -> Mapping[str, list[Outcome]]:
    """Return by algorithm what comes of days, each with its limit in W.

    Raises:
        subprocess.CalledProcessError: it cannot be installed, or fails.
    """
    told = [
        {
            "vehicles": [asdict(each) for each in vehicles],
            "limit_w": limit_w,
            "voltage_v": VOLTAGE_V,
            "least_a": LEAST_A,
            "hardware_a": HARDWARE_A,
        }
        for vehicles, limit_w in days
    ]
    script = Path(__file__).with_name("acnportal_days.py")
    answer = subprocess.run(
        [_python(), "-I", script], input=json.dumps(told), capture_output=True, text=True, check=True
    )
    return {name: [Outcome(**each) for each in found] for name, found in json.loads(answer.stdout).items()}


def _python() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
        (ENVIRONMENT / "installed").touch()
    return python
