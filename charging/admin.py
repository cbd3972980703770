"""Administration of id tags and vehicles; what charge points reported is read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from charging.forms import IdTokenForm, IdTokenInlineFormSet
from charging.models import ClosingRules, IdToken, OrphanStop, Transaction, Vehicle
from sites.admin_base import AuditedAdmin

if TYPE_CHECKING:
    _IdTokenAdmin = admin.ModelAdmin[IdToken]
    _IdTokenInline = admin.TabularInline[IdToken, Vehicle]
    _VehicleAdmin = admin.ModelAdmin[Vehicle]
    _FactsAdmin = admin.ModelAdmin[Any]
else:
    _IdTokenAdmin = _VehicleAdmin = _FactsAdmin = admin.ModelAdmin
    _IdTokenInline = admin.TabularInline


@admin.register(IdToken)
class IdTokenAdmin(_IdTokenAdmin):
    """Id tags."""

    form = IdTokenForm
    list_display = ("value", "vehicle", "parent", "expires_at", "blocked", "concurrent")
    list_filter = ("blocked", "concurrent", "vehicle")
    list_select_related = ("vehicle", "parent")
    search_fields = ("value", "key", "vehicle__code", "vehicle__name")
    autocomplete_fields = ("parent", "vehicle")


class IdTokenInline(_IdTokenInline):
    """The id tags of a vehicle."""

    model = IdToken
    form = IdTokenForm
    formset = IdTokenInlineFormSet
    fields = ("value", "expires_at", "blocked")
    extra = 0
    show_change_link = True


@admin.register(Vehicle)
class VehicleAdmin(_VehicleAdmin):
    """Vehicles with their id tags."""

    list_display = ("code", "name", "battery_wh", "departs", "needs_wh", "priority")
    search_fields = ("code", "name", "id_tokens__value")
    inlines = (IdTokenInline,)


class FactsAdmin(_FactsAdmin):
    """Facts that charge points reported: to be looked at, not to be changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds facts."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes facts."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only retention deletes facts."""
        del request, obj
        return False


@admin.register(Transaction)
class TransactionAdmin(FactsAdmin):
    """Transactions."""

    list_display = (
        "number",
        "charge_point",
        "evse",
        "id_tag",
        "vehicle",
        "authorization",
        "started_at",
        "ended_at",
        "energy_wh",
        "flags",
    )
    list_filter = ("step", "authorization", "charge_point__site")
    list_select_related = ("charge_point", "evse__charge_point", "vehicle")
    search_fields = ("=number", "id_tag", "charge_point__identity", "vehicle__code")
    date_hierarchy = "started_at"


@admin.register(OrphanStop)
class OrphanStopAdmin(FactsAdmin):
    """Stops that fit no transaction, and those that were matched by guessing."""

    list_display = (
        "charge_point",
        "claimed_id",
        "id_tag",
        "meter_stop_wh",
        "stopped_at",
        "received_at",
        "transaction",
    )
    list_filter = (("transaction", admin.EmptyFieldListFilter),)
    list_select_related = ("charge_point", "transaction")
    search_fields = ("=claimed_id", "id_tag", "charge_point__identity")


@admin.register(ClosingRules)
class ClosingRulesAdmin(AuditedAdmin):
    """When transactions without a stop are presumed ended, site by site."""

    key_field = "site"
    list_display = ("site", "free_min", "silent_min", "gone_min")
