"""What the first `make run` prepares: database, administrator and the demo depot."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from chargers.services.connections import close_stale
from chargers.simulator.demo import run_demo
from evkit.core.clock import utc_now
from history.partitions import make_partitions
from sites.models import Site

DEMO_FILE = Path(__file__).parent / "console" / "demo" / "depot.yaml"


def prepare(*, demo: bool) -> Path:
    """Migrate, create the administrator and load the demo depot where they are missing.

    Returns the file that keeps the administrator's generated password.
    """
    call_command("migrate", verbosity=0)
    make_partitions(today=utc_now().date())
    close_stale(now=utc_now())
    call_command("create_administrator", verbosity=0)
    if demo and not Site.objects.exists():
        call_command("apply_config", str(DEMO_FILE), verbosity=0)
    return Path(settings.EVKIT_DATA_DIR) / "admin_password"


async def run_demo_fleet(url: str) -> None:
    """Drive the demo depot's simulated charge points against `url` until cancelled."""
    await run_demo(url)
