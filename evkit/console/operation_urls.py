"""Addresses of the operation list and of what it asks for."""

from __future__ import annotations

from django.urls import path

from evkit.console.views import batches, operation

AREA = "sites/<slug:code>/operation/"

urlpatterns = [
    path(AREA, operation.operation, name="operation"),
    path(f"{AREA}confirm/", batches.confirm, name="operation_confirm"),
    path(f"{AREA}run/", batches.run, name="operation_run"),
    path(f"{AREA}batches/", batches.batches, name="operation_batches"),
    path(f"{AREA}batches/<int:number>/", batches.batch, name="operation_batch"),
]
