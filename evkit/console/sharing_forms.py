"""The forms of what is decided about one charge, and of how a connector takes part in sharing the power."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chargers.models import Evse
from chargers.types import Division
from charging.models import ChargePlan
from charging.priorities import FURTHEST
from charging.services.charge_plans import Wishes
from evkit.console.people.forms import StyledForm
from sites.types import Distribution

WH_PER_KWH: Final = 1000
MOMENT: Final = "%Y-%m-%dT%H:%M"


def priority_field(**options: Any) -> forms.IntegerField:
    """Return a field for a priority."""
    return forms.IntegerField(
        label=_("Priority"), min_value=-FURTHEST, max_value=FURTHEST, required=False, **options
    )


class PlanForm(StyledForm):
    """When the vehicle of a charge leaves (by the site's clock), what it needs, its priority."""

    departs_at = forms.DateTimeField(
        label=_("Departure"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT],
        help_text=_("Within seven days. Empty: when this vehicle usually leaves."),
    )
    energy_kwh = forms.FloatField(
        label=_("Energy of the whole charge (kWh)"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        localize=True,
        help_text=_("Empty: what its battery takes, or what it usually needs."),
    )
    priority = priority_field(
        help_text=_("For this charge only; higher is served first. Empty: that of vehicle and place.")
    )

    @classmethod
    def of(cls, plan: ChargePlan | None, data: Any) -> PlanForm:
        """Return the form, filled in with a present plan."""
        if plan is None:
            return cls(data)
        energy = None if plan.energy_wh is None else plan.energy_wh / WH_PER_KWH
        departs = timezone.localtime(plan.departs_at) if plan.departs_at else None
        return cls(data, initial={"departs_at": departs, "energy_kwh": energy, "priority": plan.priority})

    def wishes(self) -> Wishes:
        """Return what was decided."""
        data = self.cleaned_data
        at: datetime | None = data["departs_at"]
        energy: float | None = data["energy_kwh"]
        return Wishes(
            departs_at=at.astimezone(UTC) if at else None,
            energy_wh=None if energy is None else energy * WH_PER_KWH,
            priority=data["priority"],
        )


class ConnectorForm(StyledForm):
    """How a connector and its charge point take part in sharing the power."""

    priority = priority_field(help_text=_("Of this connector; higher is served first, 0 says nothing."))
    distribution = forms.ChoiceField(
        label=_("Rule of this connector"),
        choices=[("", _("As its group or its site says")), *Distribution.choices],
        required=False,
    )
    point_priority = priority_field(
        help_text=_("Of all its connectors; higher is served first, 0 says nothing.")
    )
    division = forms.ChoiceField(
        label=_("How the charge point divides its power"),
        choices=[("", _("As all others on the site")), *Division.choices],
        required=False,
    )

    def __init__(self, evse: Evse, data: Any) -> None:
        point = evse.charge_point
        initial = {
            "priority": evse.priority,
            "distribution": evse.distribution,
            "point_priority": point.priority,
            "division": point.division,
        }
        super().__init__(data, initial=initial)
        self.fields["point_priority"].label = _("Priority of the charge point")
