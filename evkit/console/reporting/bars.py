"""Bar charts drawn on the server: they need no script and print as they are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evkit.console.formats import number, quantity

TOP, BOTTOM = 8.0, 86.0
"""Where the highest line and the ground of a chart lie, in percent of its height."""
LEFT: Final = 9.0
"""How much of the width, in percent, belongs to the numbers of the axis."""
MOST_LABELS: Final = 8
NICE: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its value, what it is called below the chart, and in full."""

    value: float
    label: str
    title: str


def bar_chart(bars: Sequence[Bar], *, unit: str, label: str, decimals: int = 0) -> SafeString:
    """Return a chart of bars from zero, with three lines to read heights by; every bar tells its value."""
    top, lines = scale(max((bar.value for bar in bars), default=0.0))

    def told(value: float) -> str:
        return quantity(value, unit, decimals) if unit else number(value, decimals)

    slot = (100 - LEFT) / max(len(bars), 1)
    step = max(1, math.ceil(len(bars) / MOST_LABELS))
    drawn = (
        (_n(LEFT + slot * (place + 0.14)), _n(_y(bar.value, top)), _n(slot * 0.72),
         _n(BOTTOM - _y(bar.value, top)), f"{bar.title}: {told(bar.value)}")
        for place, bar in enumerate(bars)
    )  # fmt: skip
    named = [(place, bar) for place, bar in enumerate(bars) if not place % step]
    names = ((_n(LEFT + slot * (place + 0.5)), bar.label) for place, bar in named)
    return format_html(
        '<svg class="bars" role="img" aria-label="{}">{}{}{}</svg>',
        label,
        format_html_join(
            "",
            '<line class="bars__line" x1="{2}%" x2="100%" y1="{0}%" y2="{0}%"/>'
            '<text class="bars__text" x="0" y="{0}%" dy="3">{1}</text>',
            ((_n(_y(line, top)), number(line, 0 if line == int(line) else 1), LEFT) for line in lines),
        ),
        format_html_join(
            "",
            '<rect class="bars__bar" x="{}%" y="{}%" width="{}%" height="{}%"><title>{}</title></rect>',
            drawn,
        ),
        format_html_join("", '<text class="bars__text bars__text--below" x="{}%" y="98%">{}</text>', names),
    )


def scale(highest: float) -> tuple[float, list[float]]:
    """Return the top of the axis and the values of its lines: round numbers, none below the highest bar."""
    if highest <= 0:
        return 1.0, [0.0]
    rough = highest / 3
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(nice * magnitude for nice in NICE if nice * magnitude >= rough * 0.999)
    count = math.ceil(highest / step - 0.001)
    return step * count, [step * place for place in range(count + 1)]


def _y(value: float, top: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(max(value, 0.0) / top, 1.0)


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
