"""Administration of the project and its sites."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sites import admin_users
from sites.admin_base import AuditedAdmin, ReadOnlyAdmin
from sites.admin_forms import (
    FeederForm,
    FeederFormSet,
    ScheduleExceptionForm,
    ScheduleForm,
    ScheduleGroupForm,
    SiteForm,
)
from sites.models import (
    ExternalVariable,
    Feeder,
    Project,
    Schedule,
    ScheduleException,
    ScheduleGroup,
    Site,
    SiteMeterReading,
)

__all__ = ["SiteAdmin", "admin_users"]


class FeederInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The circuits of a site."""

    model = Feeder
    form = FeederForm
    formset = FeederFormSet
    extra = 0

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer parents of the same site only."""
        site = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "parent":
            kwargs["queryset"] = Feeder.objects.filter(site_id=site) if site else Feeder.objects.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ScheduleGroupInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The ten groups of a site."""

    model = ScheduleGroup
    form = ScheduleGroupForm
    extra = 0
    max_num = 10


@admin.register(Project)
class ProjectAdmin(AuditedAdmin):
    """The one row of project-wide settings."""

    key_field = "pk"
    list_display = ("__str__", "limit_value", "limit_unit", "messages_days", "meter_samples_days")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return super().has_add_permission(request) and not Project.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It stays."""
        del request, obj
        return False


@admin.register(Schedule)
class ScheduleAdmin(AuditedAdmin):
    """Weekly schedules that sites share."""

    form = ScheduleForm
    list_display = ("code", "ranges")
    search_fields = ("code",)


@admin.register(ScheduleException)
class ScheduleExceptionAdmin(AuditedAdmin):
    """Days on which groups follow other hours."""

    key_field = "group"
    form = ScheduleExceptionForm
    list_display = ("group", "first_day", "last_day", "spans", "note")
    list_filter = ("group__site",)
    list_select_related = ("group__site",)
    date_hierarchy = "first_day"


@admin.register(Site)
class SiteAdmin(AuditedAdmin):
    """Sites with their circuits and groups."""

    form = SiteForm
    list_display = (
        "code",
        "name_en",
        "name_fr",
        "limit",
        "smart_charging_enabled",
        "charge_point_count",
        "unknown_charge_points",
        "unknown_tags",
    )
    list_filter = ("smart_charging_enabled", "unknown_charge_points", "unknown_tags")
    search_fields = ("code", "name_en", "name_fr")
    inlines = (FeederInline, ScheduleGroupInline)
    fieldsets = (
        (None, {"fields": ("code", "name_en", "name_fr", "timezone", "holiday_region")}),
        (_("Power"), {"fields": (("limit_value", "limit_unit"), "limit_schedule", "voltage_v")}),
        (
            _("Smart charging"),
            {
                "fields": (
                    "smart_charging_enabled",
                    "distribution",
                    "launch_reserve",
                    ("dead_band_value", "dead_band_unit"),
                )
            },
        ),
        (_("Strangers"), {"fields": ("unknown_charge_points", "unknown_tags")}),
        (_("Who may charge"), {"fields": ("free_charging", "concurrency", "offline_starts")}),
        (_("By itself"), {"fields": ("automatic_tag", "automatic_restart")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        """Count charge points in the same query."""
        found: QuerySet[Site] = super().get_queryset(request)
        return found.annotate(charge_points_total=Count("charge_points"))

    @admin.display(description=_("limit"), ordering="limit_value")
    def limit(self, site: Site) -> str:
        """The limit with its unit."""
        return "-" if site.limit_value is None else f"{site.limit_value:g} {site.limit_unit}"

    @admin.display(description=_("charge points"), ordering="charge_points_total")
    def charge_point_count(self, site: Any) -> int:
        """How many charge points the site has."""
        return int(site.charge_points_total)


@admin.register(SiteMeterReading)
class SiteMeterReadingAdmin(ReadOnlyAdmin):
    """Readings of the sites' own meters."""

    list_display = ("at", "site", "power_w", "current_l1_a", "current_l2_a", "current_l3_a")
    list_filter = ("site",)
    list_select_related = ("site",)
    date_hierarchy = "at"


@admin.register(ExternalVariable)
class ExternalVariableAdmin(ReadOnlyAdmin):
    """Values that other systems push."""

    list_display = ("name", "value", "quality", "at", "received_at")
    list_filter = ("quality",)
    search_fields = ("name",)
