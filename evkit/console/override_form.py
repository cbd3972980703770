"""The form that boosts or holds one charge: what, for how long, why."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from charging.types import OverrideKind
from evkit.console.people.forms import StyledForm

MINUTES: Final = (15, 30)
HOURS: Final = (1, 2, 4, 8, 12, 24)


def lengths() -> list[tuple[str, str]]:
    """Return for how long it can be decided: minutes, and their words."""
    short = [(str(count), ngettext("%d minute", "%d minutes", count) % count) for count in MINUTES]
    return [*short, *((str(count * 60), ngettext("%d hour", "%d hours", count) % count) for count in HOURS)]


class OverrideForm(StyledForm):
    """What somebody decides about one charge."""

    kind = forms.ChoiceField(label=_("What"), choices=OverrideKind.choices, widget=forms.RadioSelect)
    minutes = forms.ChoiceField(
        label=_("For how long"), choices=lengths, initial="60", help_text=_("At most until the charge ends.")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Shown to everybody who asks why.")
    )

    @property
    def length(self) -> timedelta:
        """For how long it is to count."""
        return timedelta(minutes=int(self.cleaned_data["minutes"]))
