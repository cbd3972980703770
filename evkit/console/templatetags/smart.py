"""The rows of the table of smart charging, drawn here: a template takes longer than for all the rest."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charging.types import OverrideKind
from evkit.console import drawing, formats
from evkit.console.selectors.share_lines import Line
from evkit.console.smart_table import COLUMNS
from evkit.console.templatetags.evkit import icon
from evkit.console.vehicle_links import linked
from sites.models import Site
from sites.types import Distribution

register = template.Library()


@dataclass(frozen=True, slots=True)
class Shared:
    """What the rows of one drawing have in common, worded and translated once.

    `openings` begin the cells of each column, by its name.
    """

    site: Site
    may_configure: bool
    may_command: bool
    openings: dict[str, str]
    link: tuple[str, str]
    settings: tuple[str, str]
    steering: tuple[str, str]


CLASSES = {
    "connector": "main-cell", "share": "num", "limit": "num", "power": "num", "max": "num quiet",
    "why": "wrap smart-why",
}  # fmt: skip


@register.simple_tag(takes_context=True)
def smart_rows(context: template.Context) -> SafeString:
    """Draw a row for each connector in `lines`."""
    shared = Shared(
        site=context["site"],
        may_configure=context["may_configure"],
        may_command=context["may_command"],
        openings={column.name: _opening(column.name, str(column.label)) for column in COLUMNS},
        link=(_("Offline"), _("Online")),
        settings=(_("Priority and rule of %(connector)s"), _("Priority and rule")),
        steering=(_("Boost or hold the charge at %(connector)s"), _("Boost or hold")),
    )
    return SafeString("".join(_row(line, shared) for line in context["lines"]))


def _opening(name: str, label: str) -> str:
    css = f' class="{CLASSES[name]}"' if name in CLASSES else ""
    return f'<td data-label="{label}"{css}>'


def _row(line: Line, shared: Shared) -> str:
    cells = {
        "connector": _connector(line),
        "state": _state(line),
        "priority": _priority(line, shared),
        "group": escape(", ".join(group.title for group in line.groups)) or formats.NOTHING,
        "link": shared.link[line.online],
        "share": _kw(line.requested_w),
        "limit": _kw(line.accepted_w),
        "power": _power(line),
        "max": _kw(line.max_w, 0),
        "why": _why(line),
    }
    idle = "" if line.charge or line.waits else " smart-idle"
    drawn = "".join(f"{shared.openings[name]}{cell}</td>" for name, cell in cells.items())
    return f'<tr id="smart-{line.evse.pk}" class="is-{line.card.state}{idle}">{drawn}</tr>'


def _connector(line: Line) -> str:
    card = line.card
    who = f'<span class="sub">{linked(card.who, card.vehicle_href)}</span>' if card.occupied else ""
    return f'<span><a href="{escape(line.href)}">{escape(str(line.evse))}</a>{who}</span>'


def _state(line: Line) -> str:
    symbol = drawing.symbol("connector", "list", line.card.state, "")
    return f'<span class="cell">{symbol}<span>{escape(str(line.card.state.label))}</span></span>'


def _power(line: Line) -> str:
    card, bar = line.card, ""
    if card.busy:
        bar = drawing.power_bar(power_w=card.power_w, limit_w=line.accepted_w, max_w=line.max_w)
    return f'<span class="cell cell--end">{bar}<b>{_kw(card.power_w)}</b></span>'


def _why(line: Line) -> str:
    """Return why a connector has its share; of one that has none the rule by which it will get one."""
    if line.why:
        return f'<span class="note">{escape(line.why)}</span>'
    return f'<span class="quiet">{escape(str(Distribution(line.rule).label))}</span>'


def _priority(line: Line, shared: Shared) -> str:
    """Return the priority, with what the viewer may set."""
    settings = _settings(line, shared) if shared.may_configure else ""
    steering = _steering(line, shared) if shared.may_command else ""
    return f'<span class="cell"><span class="prio">{line.priority}</span>{settings}{steering}</span>'


def _settings(line: Line, shared: Shared) -> str:
    href = reverse("connector_sharing", args=[shared.site.code, line.evse.pk])
    return _button(f"part-{line.evse.pk}", href, shared.settings, line, icon("adjustments", "s"))


def _steering(line: Line, shared: Shared) -> str:
    """Return what gives a charge more power, or none: while power is shared, or was given or taken so."""
    charge, override = line.charge, line.override
    if charge is None or not (override or shared.site.smart_charging_enabled):
        return ""
    href = reverse("smart_override", args=[shared.site.code, charge.number])
    held = override is not None and override.kind == OverrideKind.HOLD
    drawn = icon("player-pause" if held else "arrow-up", "s")
    css = " btn--primary" if override else ""
    return _button(f"steer-{line.evse.pk}", href, shared.steering, line, drawn, css)


def _button(key: str, href: str, words: tuple[str, str], line: Line, drawn: str, css: str = "") -> str:
    """Return a button that opens a dialog; `words` are its name, with the connector, and its title."""
    name = words[0] % {"connector": escape(str(line.evse))}
    return (
        f'<a class="btn btn--s btn--icon{css}" id="{key}" href="{href}" data-dialog="{href}"'
        f' aria-label="{name}" title="{words[1]}">{drawn}</a>'
    )


def _kw(value_w: float | None, decimals: int = 1) -> str:
    return formats.number(formats.kilo(value_w), decimals)
