"""Runs one task of `bench.history` in a process of its own: `python -m bench.history_work TASK ARGUMENT`."""

from __future__ import annotations

import json
import sys
from importlib import import_module

import django


def main() -> None:
    """Run the task and print what it found as JSON."""
    django.setup()
    tasks = import_module("bench.history_tasks").TASKS  # models can be imported only now
    sys.stdout.write(json.dumps(tasks[sys.argv[1]](sys.argv[2])) + "\n")


if __name__ == "__main__":
    main()
