"""Administration of charge points and connectors."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chargers import admin_desired, admin_firmware, admin_records
from chargers.admin_facts import CHARGE_POINT_FACTS, EVSE_FACTS, ChargePointFacts, EvseFacts
from chargers.admin_forms import ChargePointForm
from chargers.models import ChargePoint, Evse
from chargers.services.groups import leave_groups
from chargers.services.passwords import set_password
from chargers.services.topology import (
    accept_charge_point,
    reject_charge_point,
    remove_charge_point,
    remove_evse,
    save_charge_point,
    save_evse,
)
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.admin_base import actor_of

__all__ = ["ChargePointAdmin", "admin_desired", "admin_firmware", "admin_records"]


class EvseInline(EvseFacts, admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The connectors of a charge point."""

    model = Evse
    extra = 0
    fields = (
        "number",
        "declared",
        "current",
        "phases",
        "phase_rotation",
        "max_power_w",
        "max_current_a",
        "priority",
        "distribution",
        "automatic_tag",
        "groups",
        *EVSE_FACTS,
    )
    readonly_fields = EVSE_FACTS

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer groups of the charge point's own site."""
        pk = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if db_field.name == "groups" and pk:
            groups = db_field.related_model.objects.select_related("site")
            kwargs["queryset"] = groups.filter(site__charge_points=pk)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(ChargePoint)
class ChargePointAdmin(ChargePointFacts, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Charge points: what is decided about them, and what they report, read-only."""

    form = ChargePointForm
    inlines = (EvseInline,)
    list_display = (
        "identity",
        "name",
        "site",
        "registration",
        "online",
        "status",
        "make",
        "firmware",
        "last_seen",
    )
    list_filter = ("site", "registration", "state__connected", "security_profile", "state__vendor", "zone")
    list_select_related = ("site", "state")
    search_fields = ("identity", "name", "zone", "state__vendor", "state__model", "state__serial_number")
    readonly_fields = (*CHARGE_POINT_FACTS, "has_password")
    actions = ("accept", "reject")
    fieldsets = (
        (None, {"fields": ("identity", "name", "site", "zone", "position", "registration")}),
        (
            _("Connection"),
            {
                "fields": (
                    "security_profile",
                    "has_password",
                    "new_password",
                    "remove_password",
                    "heartbeat_interval_s",
                    "quirk_switches",
                )
            },
        ),
        (
            _("Power"),
            {"fields": ("feeder", "max_power_w", "priority", "division", "operating_mode", "site_meter")},
        ),
        (_("Reported by the charge point"), {"fields": CHARGE_POINT_FACTS}),
    )

    def save_model(self, request: HttpRequest, obj: ChargePoint, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store a charge point and, if one was typed, its new password."""
        del change
        actor = actor_of(request)
        with transaction.atomic():
            save_charge_point(charge_point=obj, actor=actor)
            password = form.cleaned_data.get("new_password")
            if password or form.cleaned_data.get("remove_password"):
                set_password(charge_point=obj, password=password or "", actor=actor)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Store and remove connectors."""
        del change, form
        actor = actor_of(request)
        with transaction.atomic():
            evses = formset.save(commit=False)
            for evse in formset.deleted_objects:
                remove_evse(evse=evse, actor=actor)
            for evse in evses:
                save_evse(evse=evse, actor=actor)
            formset.save_m2m()
            leave_groups(formset.instance)  # the page offered those of the site before

    def delete_model(self, request: HttpRequest, obj: ChargePoint) -> None:
        """Remove a charge point without transactions."""
        remove_charge_point(charge_point=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ChargePoint]) -> None:
        """Remove several of them."""
        with transaction.atomic():
            for charge_point in queryset:
                self.delete_model(request, charge_point)

    @admin.action(description=_("Accept the selected charge points"))
    def accept(self, request: HttpRequest, charge_points: QuerySet[ChargePoint]) -> None:
        """Accept waiting charge points; one without a site says what to do."""
        accepted = 0
        for charge_point in charge_points:
            try:
                accept_charge_point(charge_point=charge_point, actor=actor_of(request), now=utc_now())
                accepted += 1
            except EvkitError as error:
                self.message_user(request, error.message, messages.ERROR)
        if accepted:
            text = ngettext(
                "%(count)d charge point was accepted.", "%(count)d charge points were accepted.", accepted
            )
            self.message_user(request, text % {"count": accepted}, messages.SUCCESS)

    @admin.action(description=_("Reject the selected charge points"))
    def reject(self, request: HttpRequest, charge_points: QuerySet[ChargePoint]) -> None:
        """Reject charge points."""
        rejected = 0
        for charge_point in charge_points:
            reject_charge_point(charge_point=charge_point, actor=actor_of(request))
            rejected += 1
        text = ngettext(
            "%(count)d charge point was rejected.", "%(count)d charge points were rejected.", rejected
        )
        self.message_user(request, text % {"count": rejected}, messages.SUCCESS)
