"""The forms of users and API tokens."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from evkit.core.errors import EvkitError
from sites.models import ApiToken, Site, User
from sites.services.users import Profile
from sites.types import Role

LANGUAGES = [("fr", "Français"), ("en", "English")]


class StyledForm(forms.Form):
    """A form whose fields look like the console's, and which shows a service's refusal at its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "input")

    def refuse(self, error: EvkitError) -> None:
        """Show why a service refused."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


class ProfileForm(StyledForm):
    """What a person is called and how to write to them."""

    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, meaning in (("first_name", "given-name"), ("last_name", "family-name"), ("email", "email")):
            self.fields[name].widget.attrs["autocomplete"] = meaning

    def profile(self, language: str) -> Profile:
        """Return what was entered."""
        data = self.cleaned_data
        return Profile(data["first_name"], data["last_name"], data["email"], language)


class UserForm(ProfileForm):
    """What an administrator decides about a user."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    sites = forms.ModelMultipleChoiceField(
        Site.objects.all(),
        label=_("Sites"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Operators and guests see only these sites. Administrators see all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


class InvitationForm(UserForm):
    """A new user."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _; used to log in, never changed."),
    )
    field_order = ("username",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "autocomplete": "off"}
        self.fields["role"].initial = Role.OPERATOR


class OwnPasswordForm(PasswordChangeForm):
    """The present password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].help_text = ""
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    @property
    def rules(self) -> list[str]:
        """What a password must be like."""
        return password_validators_help_texts()


class ForgottenForm(StyledForm):
    """Who forgot their password."""

    who = forms.CharField(
        label=_("User name or e-mail address"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )


class NewPasswordForm(StyledForm):
    """A password, chosen by the person it belongs to."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
    repetition = forms.CharField(
        label=_("New password, again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Check that both are the same."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("password") and data.get("repetition") and data["password"] != data["repetition"]:
            self.add_error("repetition", _("The two passwords differ. Type the same one twice."))
        return data

    @property
    def rules(self) -> list[str]:
        """What a password must be like."""
        return password_validators_help_texts()


class TokenForm(StyledForm):
    """A new API token."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("What it is for, such as “energy dashboard”.")
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, initial=Role.GUEST, widget=forms.RadioSelect
    )
    sites = forms.ModelMultipleChoiceField(
        Site.objects.all(),
        label=_("Sites"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every site, also those of the future."),
    )
    expires = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_("Empty: valid until it is revoked."),
    )

    def expires_at(self, zone: str) -> datetime | None:
        """Return the end of the last day in a time zone."""
        day = self.cleaned_data["expires"]
        return datetime.combine(day, time.max, tzinfo=ZoneInfo(zone)) if day else None


def user_values(user: User) -> dict[str, Any]:
    """Return what the form of an existing user shows at first."""
    names = ("first_name", "last_name", "email", "language", "role")
    return {name: getattr(user, name) for name in names} | {"sites": list(user.sites.all())}


def token_is_dead(token: ApiToken, now: datetime) -> bool:
    """Tell whether a token no longer opens anything."""
    return bool(token.revoked_at or (token.expires_at and token.expires_at <= now))
