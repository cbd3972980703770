"""All URLs: pages, API, health, administration."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("evkit.console.api.urls")),
    path("", include("evkit.console.health.urls")),
    path("", include("evkit.console.frame_urls")),
    path("", include("evkit.console.urls")),
]
