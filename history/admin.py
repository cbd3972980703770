"""The audit journal in the administration: read-only."""

from __future__ import annotations

from django.contrib import admin

from history.models import AuditEntry
from sites.admin_base import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, when and from where."""

    list_display = ("at", "user_name", "verb", "object_type", "object_key", "site", "address")
    list_filter = ("verb", "object_type", "site")
    list_select_related = ("site",)
    search_fields = ("user_name", "object_key", "address", "verb")
    date_hierarchy = "at"
