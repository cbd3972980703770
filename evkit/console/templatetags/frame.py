"""Tags of the frame: its many small parts are drawn here, as every page pays for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Final

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from evkit.console.context import Frame
from evkit.console.navigation import Entry, SideGroup, entries_of
from evkit.console.templatetags.evkit import icon

register = template.Library()

STYLE_SHEETS: Final = tuple(
    f"css/{name}.css"
    for name in (
        "tokens", "base", "layout", "symbols", "bars", "frame", "navigation", "panels", "controls",
        "charge_points", "tables", "list_table", "lists", "wide", "detail", "detail_tabs", "messages",
        "curves", "dialogs", "components", "pages", "asks", "attention", "utilities", "touch", "forced",
        "print",
    )
)  # fmt: skip


@register.simple_tag
@lru_cache(maxsize=1)
def style_sheets() -> SafeString:
    """Return the links to the style sheets of every page."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in STYLE_SHEETS)
    )


@register.simple_tag(takes_context=True)
def side_entries(context: template.Context, entries: Iterable[Entry]) -> SafeString:
    """Draw lines of the side band."""
    return SafeString("".join(_side_entry(entry, context["frame"]) for entry in entries))


def _side_entry(entry: Entry, frame: Frame) -> str:
    """Return one line; the quarantine's tells how many stops wait, which is read only for it."""
    label = escape(entry.label)
    key = f' data-go="{entry.key}"' if entry.key else ""
    waiting = frame.quarantined if entry.view == "orphans" else 0
    badge = f'<span class="side__badge">{waiting}</span>' if waiting else ""
    return (
        f'<a class="side__item" href="{escape(entry.href)}" title="{label}"{key}{_current(entry)}>'
        f'{icon(entry.icon)}<span class="side__label">{label}</span>{badge}</a>'
    )


@register.simple_tag
def bottom_entries(entries: Iterable[Entry]) -> SafeString:
    """Draw the places of the phone's bar."""
    return SafeString(
        "".join(
            f'<a class="bottom__item" href="{escape(entry.href)}"{_current(entry)}>'
            f"{icon(entry.icon)}<span>{escape(entry.short)}</span></a>"
            for entry in entries
        )
    )


@register.simple_tag
def sheet_entries(entries: Iterable[Entry]) -> SafeString:
    """Draw lines of the phone's menu."""
    return SafeString(
        "".join(
            f'<a class="menu__item" href="{escape(entry.href)}"{_current(entry)}>'
            f"{icon(entry.icon, 's')}{escape(entry.label)}</a>"
            for entry in entries
        )
    )


@register.simple_tag
def keys_of(groups: Iterable[SideGroup]) -> SafeString:
    """Draw which letters lead to which page."""
    return SafeString(
        "".join(
            f"<dt><kbd>g</kbd> <kbd>{entry.key}</kbd></dt><dd>{escape(entry.label)}</dd>"
            for entry in entries_of(groups)
            if entry.key
        )
    )


def _current(entry: Entry) -> str:
    return ' aria-current="page"' if entry.current else ""
