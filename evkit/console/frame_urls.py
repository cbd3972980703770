"""Addresses of what belongs to the frame of all pages."""

from __future__ import annotations

from django.urls import path

from evkit.console.views import status

urlpatterns = [
    path("status/", status.status, name="status"),
    path("sites/<slug:code>/status/", status.status, name="site_status"),
]
