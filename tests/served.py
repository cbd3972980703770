"""`python -m tests.served`: what uses the database, or the files named, on PostgreSQL as in served mode."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.databases import own_database, postgres_answers

CORE = (
    "tests/core",
    "tests/sites",
    "tests/chargers",
    "tests/charging",
    "tests/history",
    "tests/console",
    "tests/fuzz",
)
LEFT_OUT = ("--ignore=tests/chargers/simulator", "-p", "tests.support.with_database")


def main() -> int:
    """Run the core on a PostgreSQL database of its own; say why if there is none."""
    if not postgres_answers():
        sys.stdout.write("SKIPPED: PostgreSQL does not answer (DATABASE_URL, or 127.0.0.1:5432)\n")
        return 1 if os.environ.get("CI") == "true" else 0
    import pytest

    with own_database() as url:
        os.environ["DATABASE_URL"] = url
        os.environ.setdefault("EVKIT_SECRET_KEY", "tests-only")
        arguments = sys.argv[1:]
        if not any(Path(each.partition("::")[0]).exists() for each in arguments):
            arguments = [*CORE, *LEFT_OUT, *arguments]
        return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
