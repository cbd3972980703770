"""Administration of the configuration that every charge point of a site is to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chargers.models import DesiredKey
from chargers.services.desired import checked_key
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.admin_base import AuditedAdmin, actor_of
from sites.models import Site

if TYPE_CHECKING:
    _Form = forms.ModelForm[DesiredKey]
else:
    _Form = forms.ModelForm


class DesiredKeyForm(_Form):
    """A key and its value, for a site."""

    site = forms.ModelChoiceField(Site.objects.all())

    class Meta:
        model = DesiredKey
        fields = ("site", "key", "value")

    def clean(self) -> dict[str, Any]:
        """Refuse what the service refuses."""
        data: dict[str, Any] = super().clean() or {}
        try:
            data["key"] = checked_key(str(data.get("key", "")), data.get("value"))
        except EvkitError as error:
            self.add_error(error.field, error.message)
        return data


@admin.register(DesiredKey)
class DesiredKeyAdmin(AuditedAdmin):
    """The values of the sites; those of single charge points are kept on their pages."""

    form = DesiredKeyForm
    key_field = "key"
    list_display = ("site", "key", "value", "set_at", "set_by")
    list_filter = ("site",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the values of sites."""
        return super().get_queryset(request).filter(charge_point=None)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store who set a value, and when."""
        obj.set_at, obj.set_by = utc_now(), actor_of(request).name
        super().save_model(request, obj, form, change)
