"""Addresses of what belongs to the frame of all pages."""

from __future__ import annotations

from django.urls import path

from evkit.console.views import api_reference, design, installable, status

urlpatterns = [
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("service-worker.js", installable.service_worker, name="service_worker"),
    path("offline/<slug:language>/", installable.offline, name="offline"),
    path("static/<slug:version>/<path:path>", installable.static_of_another_version),
    path("api/", api_reference.api_reference, name="api_reference"),
    path("design/", design.design_page, name="design"),
    path("status/", status.status, name="status"),
    path("sites/<slug:code>/status/", status.status, name="site_status"),
]
