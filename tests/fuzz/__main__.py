"""`make fuzz`: a long campaign; exit code 1 if the server crashed, grew, or left a valid call unanswered."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import Found, campaign
from tests.fuzz.site import WITNESS, fuzz_site, identities
from tests.support.prepared import store

FUZZERS = 16
GROWTH_MIB = 96.0


def main() -> int:
    """Run a campaign and print what it found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--database-url", default="", help="PostgreSQL instead of SQLite; an empty database")
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}, {options.frames} frames\n")
    sys.stdout.flush()
    with (
        store(),
        tempfile.TemporaryDirectory(prefix="evkit-fuzz-") as name,
        fuzz_site(Path(name), fuzzers=FUZZERS, database_url=options.database_url) as server,
    ):
        assert server.process is not None
        found = asyncio.run(
            campaign(
                port=server.port,
                pid=server.process.pid,
                frames=options.frames,
                seed=options.seed,
                fuzzers=identities(FUZZERS),
                witness=WITNESS,
            )
        )
        crashed = server.process.poll() is not None
    return report(found, crashed=crashed)


def report(found: Found, *, crashed: bool) -> int:
    """Print what was found; return the exit code."""
    lines = [
        f"{found.frames} frames in {found.seconds:.0f} s: {found.frames / found.seconds:.0f} a second",
        f"valid calls {found.valid}, unanswered {len(found.unanswered)}; answers {dict(found.answers)}",
        f"commands answered with nonsense {found.commands}",
        f"connections closed by the server {len(found.closed)}; faults of handlers {len(found.faults)}",
        f"memory {found.memory_mib[0]:.0f} MiB before, {found.memory_mib[-1]:.0f} MiB after",
        f"growth of memory once warm: {found.growth_mib:.0f} MiB",
        f"the charge point beside them: {len(found.latencies_s)} calls, {found.witness_lost} unanswered",
        f"its answers: p50 {found.percentile_ms(50):.0f} ms, p99 {found.percentile_ms(99):.0f} ms",
    ]
    examples = {"unanswered": found.unanswered, "fault": found.faults, "closed after": found.closed}
    lines += [f"{kind}: {each}" for kind, frames in examples.items() for each in frames[:5]]
    sys.stdout.write("\n".join(lines) + "\n")
    bad = crashed or found.unanswered or found.closed or found.faults or found.witness_lost
    return 1 if bad or found.growth_mib > GROWTH_MIB else 0


if __name__ == "__main__":
    sys.exit(main())
