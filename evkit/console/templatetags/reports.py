"""Tags of reports; their rows are drawn here: for a big site a template takes several times as long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evkit.console.formats import kilo, number
from evkit.console.reporting.period import ReportPeriod
from evkit.console.reporting.report import Figures, PointLine
from sites.models import Site

register = template.Library()


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that cells carry on a phone, translated once for all rows."""

    energy: str
    count: str
    occupancy: str
    availability: str
    peak: str
    together: str
    unserved: str


def _labels() -> Labels:
    """Return them; a percent sign is written twice, as translations of templates have it."""
    return Labels(
        energy=escape(_("Energy (kWh)")),
        count=escape(_("Transactions")),
        occupancy=escape(_("Occupancy (%%)") % {}),
        availability=escape(_("Availability (%%)") % {}),
        peak=escape(_("Peak of a charge (kW)")),
        together=escape(_("Simultaneous peak (kW)")),
        unserved=escape(_("Unserved")),
    )


@register.simple_tag
def report_cells(figures: Figures, peak_w: float | None) -> SafeString:
    """Draw the figures of a site as the cells of its row."""
    return SafeString(_cells(figures, peak_w, _labels()))


@register.simple_tag
def report_rows(lines: Iterable[PointLine], site: Site, period: ReportPeriod) -> SafeString:
    """Draw the charge points of a site, each with its figures and a way to its transactions."""
    labels, address, dates = _labels(), reverse("transactions", args=[site.code]), escape(period.dates)
    return SafeString("".join(_row(line, address, dates, labels) for line in lines))


def _row(line: PointLine, address: str, dates: str, labels: Labels) -> str:
    """Return one row; `dates` is ready for an address in HTML."""
    identity, name = line.point.identity, line.point.name
    href = f"{address}?charge_point={escape(quote(identity))}&amp;{dates}"
    sub = f'<span class="sub">{escape(name)}</span>' if name and name != identity else ""
    return (
        f'<tr><td class="main-cell"><a class="text-link" href="{href}">{escape(identity)}</a>{sub}</td>'
        f"{_cells(line.figures, line.peak_w, labels)}</tr>"
    )


def _cells(figures: Figures, peak_w: float | None, labels: Labels) -> str:
    charges = figures.charges
    energy = f"{_kilo(charges.energy_wh)}{_doubt(charges.left_out)}"
    return (
        f'<td data-label="{labels.energy}" class="num">{energy}</td>'
        f'<td data-label="{labels.count}" class="num">{number(charges.count)}</td>'
        f'<td data-label="{labels.occupancy}" class="num">{number(figures.occupancy, 1)}</td>'
        f'<td data-label="{labels.availability}" class="num">{number(figures.availability.share, 1)}</td>'
        f'<td data-label="{labels.peak}" class="num">{_kilo(charges.peak_w)}</td>'
        f'<td data-label="{labels.together}" class="num">{_kilo(peak_w)}</td>'
        f'<td data-label="{labels.unserved}" class="num"{_why_unserved(figures)}>'
        f"{number(figures.turned_away)}</td>"
    )


def _kilo(value: float | None) -> str:
    return number(kilo(value), 1)


def _doubt(left_out: int) -> str:
    """Return how many transactions the energy leaves out; empty where it has all of them."""
    if not left_out:
        return ""
    words = ngettext("without %(shown)s in doubt", "without %(shown)s in doubt", left_out)
    return f'<span class="sub">{escape(words % {"shown": number(left_out)})}</span>'


def _why_unserved(figures: Figures) -> str:
    """Return what the unserved requests were, as the title of their cell; empty without any."""
    if not figures.turned_away:
        return ""
    words = _(
        "Badges refused: %(refused)s; starts that failed: %(failed)s; charges without energy: %(empty)s"
    )
    of = figures.unserved
    told = words % {"refused": of.refused, "failed": of.failed, "empty": of.empty}
    return f' title="{escape(told)}"'
