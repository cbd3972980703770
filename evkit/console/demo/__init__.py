"""The demo depot, as an ordinary configuration file."""

from __future__ import annotations

from pathlib import Path

DEMO_FILE = Path(__file__).with_name("depot.yaml")
