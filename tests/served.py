"""`python -m tests.served`: the core of the test suite once more, on PostgreSQL as in served mode."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.databases import own_database, postgres_answers

CORE = ("tests/core", "tests/sites", "tests/chargers", "tests/charging", "tests/history", "tests/console")


def main() -> int:
    """Run the core on a PostgreSQL database of its own; say why if there is none."""
    if not postgres_answers():
        sys.stdout.write("SKIPPED: PostgreSQL does not answer (DATABASE_URL, or 127.0.0.1:5432)\n")
        return 1 if os.environ.get("CI") == "true" else 0
    import pytest

    with own_database() as url:
        os.environ["DATABASE_URL"] = url
        os.environ.setdefault("EVKIT_SECRET_KEY", "tests-only")
        chosen = [folder for folder in CORE if Path(folder).is_dir()]
        return int(pytest.main([*chosen, "--ignore=tests/chargers/simulator", *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
