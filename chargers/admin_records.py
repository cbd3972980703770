"""Administration of what charge points did: read-only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chargers.models import (
    Boot,
    Command,
    CommandCall,
    ConfigurationKey,
    Connection,
    ConnectionFailure,
    DeferredAnswer,
    JobStatus,
    ObservedDeviation,
    SecurityEvent,
    VendorMessage,
)
from sites.admin_base import ReadOnlyAdmin

BY_CHARGE_POINT = ("charge_point__identity", "charge_point__name")


class RecordAdmin(ReadOnlyAdmin):
    """Rows of one charge point each."""

    list_select_related: ClassVar[tuple[str, ...]] = ("charge_point",)
    search_fields: ClassVar[tuple[str, ...]] = BY_CHARGE_POINT
    list_filter: ClassVar[tuple[str, ...]] = ("charge_point__site",)


class CommandCallInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The frames of a command."""

    model = CommandCall
    extra = 0
    can_delete = False
    fields = (
        "message_id",
        "sent_at",
        "answered_at",
        "request",
        "response",
        "error_code",
        "error_description",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody adds."""
        del request, obj
        return False


@admin.register(Command)
class CommandAdmin(RecordAdmin):
    """Commands and what became of them."""

    list_display = ("created_at", "charge_point", "action", "state", "effect", "requested_name", "reason")
    list_filter = ("state", "effect", "action", "charge_point__site")
    search_fields = (*BY_CHARGE_POINT, "action", "requested_name", "reason")
    date_hierarchy = "created_at"
    inlines = (CommandCallInline,)


@admin.register(Connection)
class ConnectionAdmin(RecordAdmin):
    """Sockets, open and closed."""

    list_display = (
        "opened_at",
        "closed_at",
        "charge_point",
        "address",
        "subprotocol",
        "close_code",
        "close_reason",
        "frames_in",
        "frames_out",
    )
    list_filter = ("subprotocol", "close_code", "charge_point__site")
    search_fields = (*BY_CHARGE_POINT, "address")
    date_hierarchy = "opened_at"


@admin.register(ConnectionFailure)
class ConnectionFailureAdmin(ReadOnlyAdmin):
    """Refused connections: who knocks, and why they were sent away."""

    list_display = ("identity", "address", "reason", "count", "first_at", "last_at")
    list_filter = ("reason",)
    search_fields = ("identity", "address")


@admin.register(Boot)
class BootAdmin(RecordAdmin):
    """Boots with the versions reported."""

    list_display = ("at", "charge_point", "status", "firmware")
    list_filter = ("status", "charge_point__site")
    date_hierarchy = "at"

    @admin.display(description=_("firmware"))
    def firmware(self, boot: Boot) -> str:
        """The firmware at that boot."""
        return str(boot.facts.get("firmware_version", ""))


@admin.register(ConfigurationKey)
class ConfigurationKeyAdmin(RecordAdmin):
    """Configuration as reported."""

    list_display = ("charge_point", "key", "value", "readonly", "known", "reported_at")
    list_filter = ("readonly", "known", "charge_point__site")
    search_fields = (*BY_CHARGE_POINT, "key", "value")


@admin.register(JobStatus)
class JobStatusAdmin(RecordAdmin):
    """Progress of firmware updates and diagnostics."""

    list_display = ("at", "charge_point", "kind", "status")
    list_filter = ("kind", "status", "charge_point__site")


@admin.register(ObservedDeviation)
class ObservedDeviationAdmin(RecordAdmin):
    """How charge points depart from the specification."""

    list_display = ("charge_point", "make", "code", "action", "count", "detail", "first_at", "last_at")
    list_filter = ("code", "action", "charge_point__site", "charge_point__state__vendor")
    list_select_related = ("charge_point__state",)
    search_fields = (*BY_CHARGE_POINT, "code", "detail", "charge_point__state__model")

    @admin.display(description=_("make and model"))
    def make(self, deviation: ObservedDeviation) -> str:
        """What kind of charge point shows it."""
        state = getattr(deviation.charge_point, "state", None)
        return f"{state.vendor} {state.model}".strip() if state else ""


@admin.register(SecurityEvent)
class SecurityEventAdmin(RecordAdmin):
    """What concerns security, as charge points tell it."""

    list_display = ("at", "charge_point", "type", "critical", "tech_info", "received_at")
    list_filter = ("critical", "type", "charge_point__site")
    search_fields = (*BY_CHARGE_POINT, "type", "tech_info")


@admin.register(VendorMessage)
class VendorMessageAdmin(RecordAdmin):
    """Vendor-specific messages."""

    list_display = ("at", "charge_point", "vendor_id", "vendor_message_id", "data")
    list_filter = ("vendor_id", "charge_point__site")
    search_fields = (*BY_CHARGE_POINT, "vendor_id", "vendor_message_id", "data")


@admin.register(DeferredAnswer)
class DeferredAnswerAdmin(RecordAdmin):
    """Requests that waited for a decision."""

    list_display = ("asked_at", "charge_point", "action", "deadline", "answered_at", "answered_by", "answer")
    list_filter = ("action", "charge_point__site")
