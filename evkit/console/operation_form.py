"""The form that confirms an operation: what was selected, and the choices that the operation needs."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from charging.services.operations import Wish
from charging.services.planning import Arguments
from charging.types import Operation
from evkit.console.choosing import QuickSelect
from evkit.console.commands.charging import tag_choices
from evkit.console.ids import read_all_ids
from sites.models import Site

CHOICES: Final = {
    Operation.START: ("tag",),
    Operation.RESET: ("kind",),
    Operation.PAUSE: ("reason",),
    Operation.OUT_OF_SERVICE: ("reason",),
}
LAST_USED: Final = ""


class OperationForm(forms.Form):
    """An operation on connectors; `token` makes the form count once however often it is sent."""

    operation = forms.ChoiceField(choices=Operation.choices, widget=forms.HiddenInput)
    targets = forms.CharField(widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)
    tag = forms.ChoiceField(label=_("Vehicle or badge"), required=False, widget=QuickSelect)
    kind = forms.ChoiceField(
        label=_("Kind of reset"),
        widget=forms.RadioSelect,
        choices=[
            ("Soft", _("Soft: ends the charges properly, then restarts the software")),
            ("Hard", _("Hard: restarts at once, as if the power had been cut")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Shown to everybody who asks why.")
    )

    def __init__(self, *args: Any, operation: Operation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = CHOICES.get(operation, ())
        for name in ("tag", "kind", "reason"):
            if name not in kept:
                del self.fields[name]
        if "tag" in kept:
            field = self.fields["tag"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(LAST_USED, _("The badge used last on each connector")), *tag_choices()]
        for name in kept:
            if name != "kind":
                self.fields[name].widget.attrs["class"] = "input"

    def wish(self, site: Site) -> Wish:
        """Return what is asked for."""
        data = self.cleaned_data
        arguments = Arguments(
            tag=data.get("tag", ""), hard=data.get("kind") == "Hard", reason=data.get("reason", "")
        )
        return wish_of(site, Operation(data["operation"]), data["targets"], arguments, data["token"])


def wish_of(
    site: Site, operation: Operation, targets: str, arguments: Arguments, token: UUID | None = None
) -> Wish:
    """Return what is asked for; without a token it can be prepared but has no form yet."""
    return Wish(site, operation, read_all_ids(targets), arguments, token or uuid4())


def first_form(wish: Wish) -> OperationForm:
    """Return the form as it is first shown."""
    initial = {
        "operation": wish.operation.value,
        "targets": ",".join(map(str, sorted(wish.evse_ids))),
        "token": wish.token,
        "tag": wish.arguments.tag,
        "kind": "Hard" if wish.arguments.hard else "Soft",
        "reason": wish.arguments.reason,
    }
    return OperationForm(initial=initial, operation=wish.operation)
