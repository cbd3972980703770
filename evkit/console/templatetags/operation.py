"""Tags of the operation list; its rows are drawn here: for a big site a template takes four times as long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charging.types import Operation
from evkit.console import drawing, formats
from evkit.console.confirming import short_label
from evkit.console.formats import NOTHING, duration
from evkit.console.rows import Row
from evkit.console.states import State
from evkit.console.vehicle_links import linked

register = template.Library()


@dataclass(frozen=True, slots=True)
class Shared:
    """What the rows of one drawing have in common, worded and translated once.

    `states` are the symbols and labels, `actions` the labels of the operations; `more` is the menu's button,
    None for a viewer who may not command; with `oob` a row takes the place of the one that the page shows.
    """

    now: datetime
    states: dict[State, str]
    actions: dict[str, str]
    named: str
    more: SafeString | None
    oob: bool


@register.simple_tag(takes_context=True)
def operation_rows(context: template.Context, *, oob: bool = False) -> SafeString:
    """Draw the rows of the list; with `oob` each takes the place of the row that the page shows."""
    shared = Shared(
        now=context["frame"].now,
        states={state: _state(state) for state in State},
        actions={operation.value: short_label(operation) for operation in Operation},
        named=_("%(operation)s: %(connector)s"),
        more=_menu_button() if context["may_command"] else None,
        oob=oob,
    )
    return SafeString("".join(_row(row, shared) for row in context["rows"]))


def _state(state: State) -> str:
    """Return a state as symbol and label; the cell's end is left open for the reason."""
    symbol = drawing.symbol("connector", "list", state, "")
    return f'<span class="cell">{symbol}<span>{escape(str(state.label))}'


def _menu_button() -> SafeString:
    """Return the button of a row's menu; it is the same in every row."""
    return format_html(
        '<button type="button" class="btn btn--s btn--icon" data-row-menu aria-haspopup="menu"'
        ' aria-label="{}">···</button></td>',
        _("More operations"),
    )  # fmt: skip


def _row(row: Row, shared: Shared) -> str:
    title, conn, more = escape(row.title), row.conn, shared.more
    marks = (
        (" data-running" if row.running else "")
        + (" data-paused" if row.paused else "")
        + (' hx-swap-oob="true"' if shared.oob else "")
    )
    zone = f'<span class="sub">{escape(row.zone)}</span>' if row.zone else ""
    whole = f"{title} · {escape(row.zone)}" if row.zone else title
    why = escape(row.why) if row.why else ""
    brief = f'<span class="sub" title="{why}">{why}</span>' if why else ""
    return (
        f'<tr id="row-{row.pk}" class="is-{conn.state}" data-live{marks}>'
        f"{'' if more is None else _pick(row, title)}"
        f'<th scope="row" class="c-ref" title="{whole}"><a href="{escape(row.href)}">{title}</a>{zone}</th>'
        f'<td class="c-state">{shared.states[conn.state]}{brief}</span></span></td>'
        f'<td class="c-vehicle">{linked(row.vehicle, row.vehicle_href)}</td>'
        f"{_values(row)}"
        f'<td class="num c-since">{_age(row.since, shared.now)}</td>'
        f"{'' if more is None else _acts(row, shared)}</tr>"
    )


def _pick(row: Row, title: str) -> str:
    return (
        f'<td class="c-pick"><input type="checkbox" id="pick-{row.pk}" name="target"'
        f' value="{row.pk}" aria-label="{title}"></td>'
    )


def _values(row: Row) -> str:
    """Return the cells of state of charge, power, limit and energy."""
    conn = row.conn
    soc = "" if row.soc_percent is None else formats.quantity(row.soc_percent, "%")
    power = ""
    if row.live:
        bar = drawing.power_bar(power_w=conn.power_w, limit_w=conn.limit_w, max_w=conn.max_w)
        power = f"{bar}<b>{_kw(conn.power_w)}</b>"
    limit = "" if conn.limit_w is None else _kw(conn.limit_w)
    energy = "" if row.energy_wh is None else _kw(row.energy_wh)
    return (
        f'<td class="num c-soc">{soc}</td><td class="num c-power">{power}</td>'
        f'<td class="num c-limit">{limit}</td><td class="num c-energy">{energy}</td>'
    )


def _acts(row: Row, shared: Shared) -> str:
    return f'<td class="c-act">{_best_button(row, shared)}{shared.more}'


def _kw(value: float | None) -> str:
    return formats.number(formats.kilo(value), 1)


def _age(moment: datetime | None, now: datetime) -> str:
    """Tell how long something has been so; the page counts on by itself."""
    if moment is None:
        return NOTHING
    since = moment.isoformat(timespec="seconds")
    return f'<span data-since="{since}">{duration((now - moment).total_seconds())}</span>'


def _best_button(row: Row, shared: Shared) -> str:
    """Draw the button of the operation that fits a row best."""
    if not row.action:
        return ""
    label = shared.actions[row.action]
    name = shared.named % {"operation": label, "connector": row.title}
    return (
        f'<button class="btn btn--s" name="one" value="{row.action}:{row.pk}"'
        f' aria-label="{escape(name)}">{escape(label)}</button>'
    )
