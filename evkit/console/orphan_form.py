"""The forms that settle a stop in quarantine."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from charging.models import OrphanStop
from charging.services.quarantine import (
    Beginning,
    Settling,
    attach_stop,
    dismiss_stop,
    make_transaction,
)
from evkit.core.errors import InvalidInputError


class AttachForm(forms.Form):
    """Which transaction the stop ends."""

    transaction = forms.IntegerField(min_value=1, max_value=2**31 - 1)

    def settle(self, stop: OrphanStop, settling: Settling) -> str:
        """Attach the stop; return what came of it."""
        row = attach_stop(pk=stop.pk, number=self.cleaned_data["transaction"], settling=settling)
        return _("The stop ends transaction %(number)d now.") % {"number": row.pk}


class MakeForm(forms.Form):
    """What somebody knows of the start; the register in kWh."""

    connector = forms.IntegerField(min_value=1, max_value=10_000)
    started_at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    meter_start = forms.FloatField(min_value=0)

    def settle(self, stop: OrphanStop, settling: Settling) -> str:
        """Make a transaction; return what came of it."""
        data: dict[str, Any] = self.cleaned_data
        beginning = Beginning(data["connector"], data["started_at"], data["meter_start"] * 1000)
        row = make_transaction(pk=stop.pk, beginning=beginning, settling=settling)
        return _("Transaction %(number)d was made of the stop.") % {"number": row.pk}


class DismissForm(forms.Form):
    """Why the stop is dismissed."""

    reason = forms.CharField(max_length=255)

    def settle(self, stop: OrphanStop, settling: Settling) -> str:
        """Dismiss the stop; return what came of it."""
        dismiss_stop(pk=stop.pk, settling=settling)
        return _("The stop was dismissed.")


FORMS: dict[str, type[AttachForm | MakeForm | DismissForm]] = {
    "attach": AttachForm,
    "make": MakeForm,
    "dismiss": DismissForm,
}


def settle(decision: str, data: Any, stop: OrphanStop, settling: Settling) -> str:
    """Settle a stop as the posted form says; return what came of it.

    Raises:
        InvalidInputError: the form is not filled in, or the service refuses.
    """
    kind = FORMS.get(decision)
    form = kind(data) if kind else None
    if form is None or not form.is_valid():
        raise InvalidInputError(_("Fill in the form: something is missing or cannot be read."))
    return form.settle(stop, settling)
