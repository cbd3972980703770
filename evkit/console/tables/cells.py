"""What cells of several tables have in common."""

from __future__ import annotations

from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from evkit.console import drawing, wording
from evkit.console.formats import NOTHING, kilo, number, quantity
from evkit.console.states import State

QUIET = SafeString(f'<span class="quiet">{NOTHING}</span>')


def text(value: object) -> str:
    """Return plain text, or a dash."""
    return str(value) if value not in {None, ""} else QUIET


def named(kind: str, state: State, href: str, name: str, below: str = "", key: object = "") -> SafeString:
    """Return a symbol with the name that leads to the thing's page."""
    return format_html(
        '<span class="cell">{}<span><a id="open-{}" href="{}">{}</a>{}</span></span>',
        drawing.symbol(kind, "list", state, ""),
        key,
        href,
        name,
        format_html('<small class="sub">{}</small>', below) if below else "",
    )


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago something was; the page counts on."""
    return QUIET if moment is None else wording.aged("%(age)s", moment, now)


def power(value_w: float | None, *, limit_w: float | None = None, max_w: float | None = None) -> str:
    """Return power in kW with its bar, or a dash for none."""
    if value_w is None:
        return QUIET
    bar = drawing.power_bar(power_w=value_w, limit_w=limit_w, max_w=max_w)
    return format_html('<span class="cell cell--end">{}<b>{}</b></span>', bar, number(kilo(value_w), 1))


def kilowatts(value_w: float | None, decimals: int = 0) -> str:
    """Return watts as kW, or a dash."""
    return QUIET if value_w is None else quantity(kilo(value_w), "kW", decimals)
