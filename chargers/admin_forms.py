"""Forms of the administration of charge points."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint
from chargers.services.passwords import UnusablePasswordError, require_usable
from chargers.services.security_profiles import ProfileLoweredError, require_not_lowered


class ChargePointForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A charge point; its password can be replaced or removed, never read."""

    new_password = forms.CharField(
        label=_("new password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Leave empty to keep the present one. 20 random bytes as 40 hexadecimal digits are best."
        ),
    )
    remove_password = forms.BooleanField(label=_("remove the password"), required=False)

    class Meta:
        model = ChargePoint
        fields = "__all__"  # noqa: DJ007 (the administration shows every setting)

    def clean_new_password(self) -> str:
        """Check that the password can be used."""
        password: str = self.cleaned_data["new_password"]
        try:
            require_usable(password)
        except UnusablePasswordError as error:
            raise ValidationError(error.message) from error
        return password

    def clean(self) -> dict[str, Any]:
        """Check that the feeder belongs to the site, and that an accepted charge point has a site."""
        data = super().clean() or self.cleaned_data
        feeder, site = data.get("feeder"), data.get("site")
        if feeder is not None and feeder.site_id != getattr(site, "pk", None):
            self.add_error("feeder", _("This circuit belongs to another site."))
        self._check_profile(data.get("security_profile"))
        if data.get("remove_password") and data.get("new_password"):
            self.add_error("remove_password", _("Either set a new password or remove it."))
        return data

    def _check_profile(self, profile: int | None) -> None:
        try:
            if profile is not None:
                require_not_lowered(self.instance, profile)
        except ProfileLoweredError as error:
            self.add_error("security_profile", ValidationError(error.message))
