"""The form that boosts or holds one charge: what, for how long, why."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from charging.types import OverrideKind
from evkit.console.people.forms import StyledForm

HOURS: Final = (1, 2, 4, 8, 12, 24)
LENGTHS: Final = [
    ("15", _("15 minutes")),
    ("30", _("30 minutes")),
    *((str(hours * 60), ngettext_lazy("%d hour", "%d hours", hours) % hours) for hours in HOURS),
]


class OverrideForm(StyledForm):
    """What somebody decides about one charge."""

    kind = forms.ChoiceField(label=_("What"), choices=OverrideKind.choices, widget=forms.RadioSelect)
    minutes = forms.ChoiceField(
        label=_("For how long"), choices=LENGTHS, initial="60", help_text=_("At most until the charge ends.")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Shown to everybody who asks why.")
    )

    @property
    def length(self) -> timedelta:
        """For how long it is to count."""
        return timedelta(minutes=int(self.cleaned_data["minutes"]))
