"""Choices among hundreds: drawn in one go, where a template per choice would take most of a page's time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class QuickSelect(forms.Select):
    """A select without groups, with the markup of Django's own."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002 (Django's way of calling)
    ) -> SafeString:
        """Return the field as markup."""
        given = self.build_attrs(self.attrs, dict(attrs or {}))
        options = format_html_join("", '<option value="{}"{}>{}</option>', _drawn(self, value, " selected"))
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(given), options)


class QuickTicks(forms.CheckboxSelectMultiple):
    """Boxes to tick, each in a label of class `choice`."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,  # noqa: ARG002 (each box has its label around it)
        renderer: BaseRenderer | None = None,  # noqa: ARG002 (Django's way of calling)
    ) -> SafeString:
        """Return the boxes as markup."""
        boxes = ((name, *each) for each in _drawn(self, value, " checked"))
        return format_html_join(
            "",
            '<label class="choice"><input type="checkbox" name="{}" value="{}"{}><span>{}</span></label>',
            boxes,
        )


def _drawn(widget: ChoiceWidget, value: Any, mark: str) -> Iterator[tuple[str, SafeString, Any]]:
    """Return every choice: its value, the mark where it is chosen, its label."""
    chosen = set(widget.format_value(value))
    for own, label in widget.choices:
        text = "" if own is None else str(own)
        yield text, SafeString(mark if text in chosen else ""), label
