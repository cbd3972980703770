"""`python -m tests.served`: the core of the tests, or the files named, on PostgreSQL as in served mode."""

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
            arguments = [*CORE, "--ignore=tests/chargers/simulator", *arguments]
        return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
