"""Celery: periodic sweeps and whatever may run outside of the web processes."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evkit.settings")

app = Celery("evkit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"polling_interval": 0.01} if app.conf.broker_url == "memory://" else {},
    timezone="UTC",
    beat_schedule={
        "sweep-commands": {"task": "chargers.tasks.sweep_commands", "schedule": 5.0},
        "reconcile-transactions": {"task": "charging.tasks.reconcile", "schedule": 60.0},
        "make-partitions": {"task": "history.tasks.make_partitions", "schedule": 6 * 3600.0},
    },
)
