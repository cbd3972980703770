"""Commands of a charge point's memory and of its maker: the cache of badges, messages of a vendor's own."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from evkit.console.commands.base import CommandForm, Payload


class ClearCacheForm(CommandForm):
    """ClearCache (OCPP 1.6 §5.4)."""

    action = "ClearCache"
    heading = _("Clear the cache of badges")
    intro = _("The charge point forgets the badges that it has seen and asks again about each.")
    submit = _("Clear the cache")
    icon = "eraser"

    def payload(self) -> Payload:
        """Return nothing: the message has no fields."""
        return {}


class DataTransferForm(CommandForm):
    """DataTransfer (OCPP 1.6 §5.6)."""

    action = "DataTransfer"
    heading = _("Send a vendor's message")
    intro = _("What it does is up to the maker of the charge point; its answer is shown with the command.")

    vendor = forms.CharField(label=_("Vendor"), max_length=255)
    message = forms.CharField(label=_("Message"), max_length=50, required=False)
    content = forms.CharField(label=_("Data"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def payload(self) -> Payload:
        """Return the vendor, and the message and data that were given."""
        given = self.cleaned_data
        optional = {"messageId": given["message"], "data": given["content"]}
        return {"vendorId": given["vendor"]} | {name: value for name, value in optional.items() if value}
