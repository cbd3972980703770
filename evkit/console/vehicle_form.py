"""The form of a vehicle: what it is called, when it usually leaves, what it needs, its badges."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from charging.models import Vehicle
from evkit.console.people.forms import StyledForm
from evkit.console.sharing_forms import WH_PER_KWH, priority_field
from evkit.core.errors import EvkitError

MOST_KWH: Final = 1_000_000
IN_KWH: Final = {"battery_wh": "battery_kwh", "needs_wh": "needs_kwh"}
"""Columns in Wh and the fields that show them in kWh."""


def _energy_field(**options: Any) -> forms.FloatField:
    return forms.FloatField(required=False, min_value=0, max_value=MOST_KWH, localize=True, **options)


class VehicleForm(StyledForm):
    """A vehicle; energies in kWh."""

    name = forms.CharField(label=_("Name"), max_length=120)
    departs = forms.TimeField(
        label=_("Usual departure"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("By the clock of the site where it charges. Charges by deadline are ready by then."),
    )
    needs_kwh = _energy_field(
        label=_("Usual need (kWh)"),
        help_text=_("What it charges until its departure, where its battery does not tell."),
    )
    battery_kwh = _energy_field(label=_("Battery (kWh)"))
    priority = priority_field(help_text=_("Higher is served first, 0 says nothing."))
    tags = forms.CharField(
        label=pgettext_lazy("of a vehicle", "Badges"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_("One on each line. A badge that is taken away stays known, without a vehicle."),
    )

    @classmethod
    def of(cls, vehicle: Vehicle, data: Any) -> VehicleForm:
        """Return the form, filled in with a vehicle."""
        initial = {
            "name": vehicle.name,
            "departs": vehicle.departs,
            "priority": vehicle.priority,
            "tags": "\n".join(vehicle.id_tokens.order_by("key").values_list("value", flat=True)),
        }
        for column, field in IN_KWH.items():
            value_wh = getattr(vehicle, column)
            initial[field] = None if value_wh is None else value_wh / WH_PER_KWH
        return cls(data, initial=initial)

    def values(self) -> dict[str, Any]:
        """Return the columns as they were entered."""
        data = self.cleaned_data
        columns = {"name": data["name"], "departs": data["departs"], "priority": data["priority"] or 0}
        for column, field in IN_KWH.items():
            columns[column] = None if data[field] is None else data[field] * WH_PER_KWH
        return columns

    def badges(self) -> list[str]:
        """Return the badges as they were entered."""
        return [line.strip() for line in self.cleaned_data["tags"].splitlines() if line.strip()]

    def refuse(self, error: EvkitError) -> None:
        """Show why the service refused, at the field that shows the column."""
        field = IN_KWH.get(error.field or "", error.field)
        super().refuse(type(error)(error.message, field=field))


class NewVehicleForm(VehicleForm):
    """A vehicle that is not declared yet."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=64,
        help_text=_("Letters, digits, - and _; names it in addresses and files, never changed."),
    )
    field_order = ("name", "code")
