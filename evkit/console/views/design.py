"""The design system on one page: tokens, icons, symbols and every component in every variant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evkit.console import design
from evkit.console.access import member_page, principal_of
from evkit.console.states import State
from evkit.console.templatetags.evkit import SPRITE
from sites.permissions import Right

TONES: Final = ("", "strong", "warn", "alert")


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab to look at."""

    label: str
    icon: str
    href: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step to look at."""

    name: str
    text: str
    progress: str


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As it stands on the charge point."),
        widget=forms.TextInput({"class": "input"}),
    )
    power = forms.IntegerField(
        label=gettext_lazy("Power in kW"), max_value=350, widget=forms.NumberInput({"class": "input"})
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[("W", "W"), ("A", "A")],
        widget=forms.Select({"class": "input"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Restart"),
        choices=[("Soft", gettext_lazy("Soft")), ("Hard", gettext_lazy("Hard"))],
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(label=gettext_lazy("I know that charging stops"))


@member_page
def design_page(request: HttpRequest) -> HttpResponse:
    """Show the design system; `part` answers a dialog or a toast as the product's pages do."""
    principal_of(request).require(Right.CONFIGURE, None)
    part = request.GET.get("part", "")
    if part == "dialog":
        return render(request, "console/design/_dialog.html", {"form": SampleForm()})
    if part == "toast":
        return _toast(bad="bad" in request.GET)
    return render(request, "console/design/page.html", _context())


def _toast(*, bad: bool) -> HttpResponse:
    text = _("The server did not answer. Check the connection and try again.") if bad else _("Done.")
    trigger = json.dumps({"toast": {"text": text, "bad": bad}})
    return HttpResponse(status=204, headers={"HX-Trigger": trigger})


def _context() -> dict[str, Any]:
    wrong = SampleForm({"name": "", "power": "400", "unit": "W", "kind": "Soft"})
    return {
        "colour_groups": [
            (_("Text"), design.colours("ink")),
            (_("Surfaces and lines"), design.colours("surface")),
            (_("Accent"), design.colours("accent")),
            (_("Quantities"), design.colours("quantity")),
            (_("Alarm bands"), design.colours("band")),
        ],
        "looks": [_("Light"), _("Dark"), _("High contrast, light"), _("High contrast, dark")],
        "type_sizes": design.lengths("t", design.TYPE_SIZES),
        "spaces": design.lengths("s", design.SPACES),
        "icons": design.icons(SPRITE),
        "states": list(State),
        "tones": TONES,
        "forms": (SampleForm(), wrong),
        "tabs": _tabs(),
        "steps": _steps(),
        "page": Paginator(range(237), 25).page(3),
    }


def _tabs() -> list[Tab]:
    return [
        Tab(_("Live"), "activity", "#tabs", current=True),
        Tab(_("Transactions"), "receipt", "#tabs", current=False, count=128),
        Tab(_("Messages"), "logs", "#tabs", current=False),
    ]


def _steps() -> list[Step]:
    return [
        Step(_("Connected"), "14:02", "done"),
        Step(_("Authorised"), "14:03", "done"),
        Step(_("Charging"), _("for 12 min"), "current"),
        Step(_("Stopped"), "", "todo"),
    ]
