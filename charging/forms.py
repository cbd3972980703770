"""Forms of the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _

from charging.models import IdToken, Vehicle
from charging.models.id_token import token_key

if TYPE_CHECKING:
    _IdTokenModelForm = forms.ModelForm[IdToken]
    _IdTokenInlineFormSet = forms.BaseInlineFormSet[IdToken, Vehicle, forms.ModelForm[IdToken]]
else:
    _IdTokenModelForm = forms.ModelForm
    _IdTokenInlineFormSet = forms.BaseInlineFormSet


class IdTokenForm(_IdTokenModelForm):
    """An id tag; keeps the form in which tags are compared beside the spelling."""

    class Meta:
        model = IdToken
        fields = ("value", "parent", "vehicle", "expires_at", "blocked", "concurrent")

    def clean_value(self) -> str:
        """Refuse a tag that differs from another one only by case."""
        value: str = self.cleaned_data["value"].strip()
        key = token_key(value)
        others = IdToken.objects.filter(key=key).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                _("The id tag %(value)s exists already; upper and lower case are the same.")
                % {"value": others.get().value}
            )
        self.instance.key = key
        return value

    def clean_parent(self) -> IdToken | None:
        """Refuse a tag as its own parent."""
        parent: IdToken | None = self.cleaned_data["parent"]
        if parent is not None and parent.pk == self.instance.pk:
            raise forms.ValidationError(_("An id tag cannot be its own parent. Choose another one."))
        return parent


class IdTokenInlineFormSet(_IdTokenInlineFormSet):
    """The id tags of a vehicle: no two alike, whatever their case."""

    def clean(self) -> None:
        """Refuse the same tag twice."""
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            value = form.cleaned_data.get("value") if form.is_valid() else None
            if value and token_key(value) in seen:
                form.add_error("value", _("This id tag is in the list twice. Remove one of them."))
            if value:
                seen.add(token_key(value))
