"""The drawing of a charge point with its connectors, cables and vehicles."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.formats import kilo, number, quantity
from evkit.console.states import State
from evkit.console.wording import connector_brief

WIDTH, HEIGHT = 288, 232
TOP, BOTTOM = 46, 164
ROW_LIMIT = 4

BODY = (
    '<svg class="sym is-{}" x="12" y="16" width="116" height="200" viewBox="0 0 116 200">'
    '<path class="sym-line" d="M2 197h104" stroke-width="4"/>'
    '<rect class="sym-body" x="10" y="3" width="86" height="194" rx="12" stroke-width="3"/>'
    '<rect class="plan__screen" x="20" y="14" width="66" height="62" rx="6"/>'
    '<text class="plan__num" x="53" y="46">{}</text><text class="plan__unit" x="53" y="62">{}</text>'
    '<path class="sym-stroke" d="M26 170h54M26 178h54M26 186h54" stroke-width="2" opacity=".35"/>'
    "</svg>"
)
MOST_BESIDE_A_SMALL_VEHICLE = 12
"""Characters that fit beside a vehicle where more than two are drawn."""
MOST_NAMED_BESIDE, MOST_NAMED = 7, 14
"""Characters of a name that fit beside such a vehicle, and above or below one."""
VEHICLE = (
    '<svg class="sym" x="164" y="{}" width="{}" height="{}" viewBox="0 0 48 24">'
    '<use href="#vehicle"/></svg>'
    '<text class="plan__text" x="{}" y="{}">{}</text><text class="plan__sub" x="{}" y="{}">{}</text>'
)
SOCKET = (
    '<svg class="sym is-{}" x="92" y="{}" width="{}" height="{}" viewBox="0 0 24 24">'
    '<use href="#connector-list"/></svg>'
)


def plan_drawing(card: ChargePointCard) -> SafeString:
    """Return the drawing; at most four connectors are drawn with their vehicles."""
    shown = list(card.connectors)[:ROW_LIMIT]
    heights = _heights(len(shown))
    rows = list(zip(shown, heights, strict=True))
    size = 32 if len(shown) <= 2 else 26
    sockets = _sockets(len(shown), size)
    pairs = list(zip(shown, sockets, strict=True))
    return format_html(
        '<svg class="plan__art" viewBox="0 0 288 232" role="img" aria-label="{}">{}{}{}{}</svg>',
        _label(card),
        _cables(rows, sockets, size),
        format_html(BODY, str(card.state), *_screen(card)),
        format_html_join("", SOCKET, ((str(c.state), y, size, size) for c, y in pairs)),
        format_html_join("", "{}", ((_vehicle(c, y, len(shown)),) for c, y in rows)),
    )


def _screen(card: ChargePointCard) -> tuple[str, str]:
    """Return what the drawn screen shows; nothing while the charge point is not heard."""
    return ("–", "") if not card.online else (number(kilo(card.power_w), 1), "kW")


def _heights(count: int) -> list[int]:
    """Return the middle of each vehicle's row."""
    if count <= 1:
        return [90] * count
    if count == 2:
        return [TOP, BOTTOM]
    step = 208 // count
    return [12 + step // 2 + index * step for index in range(count)]


def _sockets(count: int, size: int) -> list[int]:
    """Return the top of each socket on the charge point's edge."""
    gap = size - 2
    first = 124 - (count * gap) // 2
    return [first + index * gap for index in range(count)]


def _cables(rows: list[tuple[ConnectorCard, int]], sockets: list[int], size: int) -> SafeString:
    """Return a cable for every connector that has a vehicle."""
    plugged = [
        ("" if conn.state is State.CHARGING else " is-still", socket + size // 2, y - socket - size // 2)
        for (conn, y), socket in zip(rows, sockets, strict=True)
        if _has_vehicle(conn)
    ]
    return format_html_join(
        "",
        '<path class="plan__cable{}" d="M112 {}h24c10 0 10 {} 22 {}h8"/>',
        ((still, start, rise, rise) for still, start, rise in plugged),
    )


def _has_vehicle(conn: ConnectorCard) -> bool:
    return conn.occupied or conn.busy or conn.state in {State.PREPARING, State.FINISHING}


def _vehicle(conn: ConnectorCard, y: int, count: int) -> SafeString:
    """Return a vehicle with its name and state of charge, or the state of an empty place."""
    if not _has_vehicle(conn):
        return format_html(
            '<text class="plan__sub" x="150" y="{}">{}</text>', y + 4, capfirst(connector_brief(conn))
        )
    soc = "" if conn.soc_percent is None else quantity(conn.soc_percent, "%")
    brief = "" if soc and conn.state is State.CHARGING else connector_brief(conn)
    text = " · ".join(filter(None, (soc, brief)))
    who = conn.who or _("Vehicle")
    if soc and count > 2 and len(text) > MOST_BESIDE_A_SMALL_VEHICLE:
        text = soc
    if count <= 2:
        return format_html(VEHICLE, y - 24, 80, 40, 166, y + 38, _cut(who), 166, y + 55, text)
    if len(who) > MOST_NAMED_BESIDE:
        return format_html(VEHICLE, y - 8, 48, 24, 164, y - 12, _cut(who), 220, y + 8, text)
    return format_html(VEHICLE, y - 14, 48, 24, 220, y - 2, who, 220, y + 13, text)


def _cut(who: str) -> str:
    """Return a name that fits above or below its vehicle; the drawing's label has all of it."""
    return who if len(who) <= MOST_NAMED else f"{who[: MOST_NAMED - 1]}…"


def _label(card: ChargePointCard) -> str:
    """Return the drawing in words."""
    parts = [
        _("connector %(number)d: %(state)s")
        % {"number": c.number, "state": " ".join(filter(None, [c.who, str(c.state.label)]))}
        for c in card.connectors
    ]
    return f"{card.title}: {', '.join(parts)}"
