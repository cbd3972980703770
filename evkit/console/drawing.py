"""Small SVG drawings made on the server: their values are attributes, never inline styles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from evkit.console.cards import Totals
from evkit.console.formats import kilo, quantity
from evkit.console.states import State

DOTS: Final = 1024
"""So many different sequences of dots are kept as markup: there are a few dozen."""

MARK = SafeString('<path class="bar__limit" d="M-1 1h2v12h-2z"/>')


def symbol(kind: str, size: str, state: State, label: str | None = None) -> SafeString:
    """Return the symbol of a state; an empty label makes it decoration."""
    text = str(state.label) if label is None else label
    meaning = f'role="img" aria-label="{escape(text)}"' if text else 'aria-hidden="true"'
    return SafeString(
        f'<svg class="sym sym--{size} is-{state}" {meaning}><use href="#{kind}-{size}"/></svg>'
    )  # all but the label is ours


@dataclass(frozen=True, slots=True)
class Shares:
    """Lengths of a power bar in percent of its full width."""

    track: float
    fill: float
    excess: float


def _length(value: float) -> str:
    """Return a length for an SVG attribute."""
    return f"{value:.2f}"


def shares(*, power_w: float | None, limit_w: float | None, max_w: float | None) -> Shares:
    """Return the lengths: the track ends at the limit, the whole bar is the maximum."""
    power, limit = max(power_w or 0.0, 0.0), limit_w if limit_w is not None else max_w
    full = max(max_w or 0.0, limit or 0.0, power)
    if full <= 0:
        return Shares(track=0.0, fill=0.0, excess=0.0)
    track = 100 * (limit if limit is not None else full) / full
    fill = 100 * power / full
    return Shares(track=track, fill=min(fill, track), excess=max(fill - track, 0.0))


def bar_label(*, power_w: float | None, limit_w: float | None, max_w: float | None) -> str:
    """Return what a power bar says to somebody who does not see it."""
    power = quantity(kilo(power_w or 0.0), "kW", 1)
    if limit_w is None:
        return gettext("%(power)s drawn, no limit set") % {"power": power}
    limit = quantity(kilo(limit_w), "kW", 1)
    if max_w is None:
        return gettext("%(power)s of %(limit)s allowed") % {"power": power, "limit": limit}
    return gettext("%(power)s of %(limit)s allowed, at most %(max)s") % {
        "power": power,
        "limit": limit,
        "max": quantity(kilo(max_w), "kW"),
    }


def power_bar(*, power_w: float | None, limit_w: float | None, max_w: float | None) -> SafeString:
    """Return a thin power bar with its limit mark (no mark without a limit)."""
    part = shares(power_w=power_w, limit_w=limit_w, max_w=max_w)
    track, limit, excess = _length(part.track), "", ""
    if limit_w is not None:
        limit = f'<svg x="{track}%" overflow="visible">{MARK}</svg>'
        if part.excess > 1:
            width = _length(part.excess)
            excess = f'<rect class="bar__excess" x="{track}%" y="4" width="{width}%" height="6"/>'
    label = escape(bar_label(power_w=power_w, limit_w=limit_w, max_w=max_w))
    return SafeString(
        f'<svg class="bar" role="img" aria-label="{label}">'
        '<rect class="bar__over" x="0" y="4.5" width="100%" height="5" rx="2.5"/>'
        f'<rect class="bar__track" y="4" width="{track}%" height="6" rx="3"/>'
        f'<rect class="bar__fill" y="4" width="{_length(part.fill)}%" height="6" rx="3"/>'
        f"{excess}{limit}</svg>"
    )  # all but the label is numbers


def limit_bar(*, limit_w: float | None, max_w: float | None) -> SafeString:
    """Return a thin bar filled up to a limit; empty without one."""
    full = max(max_w or 0.0, limit_w or 0.0, 1.0)
    length = _length(100 * (limit_w or 0.0) / full)
    return format_html(
        '<svg class="bar" aria-hidden="true">'
        '<rect class="bar__over" x="0" y="4.5" width="100%" height="5" rx="2.5"/>'
        '<rect class="bar__fill" y="4" width="{}%" height="6" rx="3"/></svg>',
        length,
    )


def battery(percent: float | None) -> SafeString:
    """Return a battery filled to a state of charge; empty shell when it is unknown."""
    width = 0.0 if percent is None else 16 * min(max(percent, 0.0), 100.0) / 100
    return format_html(
        '<svg class="soc" aria-hidden="true">'
        '<rect class="soc__shell" x=".5" y=".5" width="20" height="11" rx="2.5"/>'
        '<rect class="soc__fill" x="2.5" y="2.5" width="{}" height="7" rx="1"/>'
        '<rect class="soc__fill" x="21.5" y="4" width="1.8" height="4" rx=".9"/></svg>',
        _length(width),
    )


@lru_cache(maxsize=DOTS)
def step_dots(progress: tuple[str, ...]) -> SafeString:
    """Return the steps of a charge as small dots; the word beside them names the present one."""
    dots = [
        (each, 5 + 10 * index, 3.5 if each in {"current", "stopped"} else 2.5)
        for index, each in enumerate(progress)
    ]
    return format_html(
        '<svg class="dots" viewBox="0 0 {} 10" aria-hidden="true">{}</svg>',
        10 * len(dots),
        format_html_join("", '<circle class="dot is-{}" cx="{}" cy="5" r="{}"/>', dots),
    )


def soc_span(start: float | None, end: float | None) -> SafeString:
    """Return a thin bar that is filled from one state of charge to another; nothing where one is unknown."""
    if start is None or end is None:
        return SafeString("")
    low, high = sorted((min(max(start, 0.0), 100.0), min(max(end, 0.0), 100.0)))
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="bar__track" y="4" width="100%" height="6" rx="3"/>'
        '<rect class="bar__fill" x="{}%" y="4" width="{}%" height="6" rx="3"/></svg>',
        _length(low), _length(max(high - low, 1.0)),
    )  # fmt: skip


def uptime(spans: Iterable[tuple[float, float]], *, unknown: float, label: str) -> SafeString:
    """Return a bar of stretches online (start, length in percent); its first `unknown` percent are blank."""
    return format_html(
        '<svg class="uptime__bar" role="img" aria-label="{}">'
        '<rect class="uptime__off" x="{}%" width="{}%" height="100%"/>{}</svg>',
        label, _length(unknown), _length(100 - unknown),
        format_html_join(
            "", '<rect class="uptime__on" x="{}%" width="{}%" height="100%"/>',
            ((_length(start), _length(max(length, 0.05))) for start, length in spans),
        ),
    )  # fmt: skip


SITE_LIMIT = SafeString('<path class="bar__limit" d="M-5-1H5L1 4v20h-2V4z"/>')
OVER_LIMIT = 1.1


def site_bar(totals: Totals, base_w: float = 0.0) -> SafeString:
    """Return the tall bar of a site: drawn (the last part elsewhere), allotted, and the limit's mark."""
    limit = totals.limit_w
    full = max((limit or 0.0) * OVER_LIMIT, totals.power_w + totals.allotted_w, 1.0)
    track = 100 * (full if limit is None else limit) / full
    drawn = 100 * totals.power_w / full
    inside = min(drawn, track)
    base = min(100 * base_w / full, inside)
    allotted = min(100 * totals.allotted_w / full, max(track - drawn, 0.0))
    parts = [
        _block("bar__over", 0, 100),
        _block("bar__track", 0, track),
        _block("bar__fill", 0, inside - base),
        _block("bar__second", inside - base, base),
        _block("bar__excess", track, max(drawn - track, 0.0)),
        _block("bar__hatch", drawn, allotted),
        _block("bar__hatch-lines", drawn, allotted),
    ]
    if limit is not None:
        parts.append(format_html('<svg x="{}%" overflow="visible">{}</svg>', _length(track), SITE_LIMIT))
    return format_html(
        '<svg class="bar bar--l" role="img" aria-label="{}">{}</svg>',
        bar_label(power_w=totals.power_w, limit_w=limit, max_w=None),
        SafeString("".join(parts)),
    )


def _block(css: str, start: float, length: float) -> SafeString:
    """Return one stretch of a tall bar; nothing when it has no length."""
    if length <= 0:
        return SafeString("")
    return format_html(
        '<rect class="{}" x="{}%" y="4" width="{}%" height="16" rx="2"/>',
        css, _length(start), _length(length),
    )  # fmt: skip
