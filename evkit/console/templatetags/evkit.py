"""Filters for quantities and tags for symbols, icons, bars and batteries."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from evkit.console import drawing, formats
from evkit.console.states import State

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """Format a plain number."""
    return formats.number(value, decimals)


@register.filter
def kw(value_w: float | None, decimals: int = 1) -> str:
    """Format watts as kilowatts without the unit."""
    return formats.number(formats.kilo(value_w), decimals)


@register.filter
def power(value_w: float | None, decimals: int = 1) -> str:
    """Format watts as kilowatts with the unit."""
    return formats.quantity(formats.kilo(value_w), "kW", decimals)


@register.filter
def energy(value_wh: float | None, decimals: int = 1) -> str:
    """Format watt-hours as kilowatt-hours with the unit."""
    return formats.quantity(formats.kilo(value_wh), "kWh", decimals)


@register.filter
def current(value_a: float | None, decimals: int = 1) -> str:
    """Format amperes with the unit."""
    return formats.quantity(value_a, "A", decimals)


@register.filter
def percent(value: float | None) -> str:
    """Format a percentage with its sign."""
    return formats.quantity(value, "%")


@register.filter
def duration(seconds: float | None) -> str:
    """Format a duration in seconds."""
    return formats.duration(seconds)


@register.filter
def since(moment: datetime | None, now: datetime) -> str:
    """Format how long ago a moment was."""
    return formats.duration(None if moment is None else (now - moment).total_seconds())


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, the text beside it carries the meaning."""
    css = f"icon icon--{size}" if size else "icon"
    href = f"{static(SPRITE)}#{name}"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', mark_safe(css), href)


@register.simple_tag
def symbol(kind: str, size: str, state: State, label: str | None = None) -> SafeString:
    """Draw a state symbol (kind: connector or charge-point; size: list, card or detail)."""
    return drawing.symbol(kind, size, state, label)


@register.simple_tag
def power_bar(power_w: float | None, limit_w: float | None, max_w: float | None) -> SafeString:
    """Draw power against its limit and the maximum."""
    return drawing.power_bar(power_w=power_w, limit_w=limit_w, max_w=max_w)


@register.simple_tag
def soc_symbol(percent_value: float | None) -> SafeString:
    """Draw a battery filled to a state of charge."""
    return drawing.battery(percent_value)
