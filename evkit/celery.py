"""Celery: periodic sweeps and whatever may run outside of the web processes."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evkit.settings")

app = Celery("evkit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"polling_interval": 0.01} if app.conf.broker_url.startswith("memory:") else {},
    timezone="UTC",
    beat_schedule={
        "sweep-commands": {"task": "chargers.tasks.sweep_commands", "schedule": 5.0},
        "reconcile-transactions": {"task": "charging.tasks.reconcile", "schedule": 60.0},
        "balance-sites": {"task": "charging.tasks.balance_sites", "schedule": 10.0},
        "start-by-themselves": {"task": "charging.tasks.drive_automatic_charges", "schedule": 5.0},
        "follow-schedules": {"task": "charging.tasks.follow_schedules", "schedule": 10.0},
        "sweep-reservations": {"task": "charging.tasks.sweep_reservations", "schedule": 5.0},
        "keep-local-lists": {"task": "charging.tasks.keep_local_lists", "schedule": 60.0},
        "apply-desired": {"task": "chargers.tasks.apply_desired", "schedule": 30.0},
        "judge-energy": {"task": "charging.tasks.judge_energy", "schedule": 30.0},
        "remove-files": {"task": "chargers.tasks.remove_files", "schedule": 3600.0},
        "renew-certificates": {"task": "chargers.tasks.renew_certificates", "schedule": 3600.0},
        "sweep-exports": {"task": "evkit.console.tasks.sweep_exports", "schedule": 20.0},
        "send-regular-exports": {
            "task": "evkit.console.tasks.send_regular_exports",
            "schedule": 60.0,
        },
        "roll-up": {"task": "history.tasks.roll_up", "schedule": 60.0},
        "remove-old": {"task": "history.tasks.remove_old", "schedule": 3600.0},
        "make-partitions": {"task": "history.tasks.make_partitions", "schedule": 6 * 3600.0},
    },
)


@celeryd_init.connect
def _relay_wake_ups(**_signal: Any) -> None:
    """A worker of its own holds no sockets: wake-ups go to the processes that do."""
    from chargers.events import CommandQueued, DeferredAnswered
    from chargers.ocpp.gateway import relay
    from evkit.core.events import bus

    bus.subscribe(CommandQueued, relay)
    bus.subscribe(DeferredAnswered, relay)
