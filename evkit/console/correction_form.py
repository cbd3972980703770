"""The form with which the energy of a transaction is corrected."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from charging.models import Transaction
from charging.services.energy_trust import UnableToCorrectError, correct_energy
from evkit.console.people.forms import StyledForm
from evkit.core.recorders import Actor


class CorrectionForm(StyledForm):
    """The energy in kWh, and why."""

    kwh = forms.FloatField(
        label=_("Energy (kWh)"),
        min_value=0,
        max_value=10_000,
        required=False,
        help_text=_("Leave empty to take a correction back."),
        widget=forms.NumberInput({"step": "any"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=255)

    @classmethod
    def of(cls, row: Transaction) -> CorrectionForm:
        """Return the form of a transaction, with what its energy probably was."""
        known = row.corrected_wh if row.corrected_wh is not None else row.energy_proposal_wh
        value = row.energy_wh if known is None else known
        return cls(initial={"kwh": round(value / 1000, 3)})

    def correct(self, row: Transaction, *, now: datetime, actor: Actor) -> None:
        """Correct the energy.

        Raises:
            UnableToCorrectError: it cannot be corrected like this.
        """
        if not self.is_valid():
            name, errors = next(iter(self.errors.items()))
            label = self.fields[name].label if name in self.fields else gettext("Correction")
            raise UnableToCorrectError(f"{label}: {errors[0]}")
        kwh = self.cleaned_data["kwh"]
        correct_energy(
            number=row.number,
            value_wh=None if kwh is None else kwh * 1000,
            reason=self.cleaned_data["reason"],
            now=now,
            actor=actor,
        )
