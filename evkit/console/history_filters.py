"""The filters of the lists of transactions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from chargers.models import ChargePoint
from charging.models import IdToken, Vehicle
from charging.models.id_token import token_key
from charging.types import Flag
from evkit.console.periods import read_moment
from evkit.console.selectors.history import search, with_flag
from evkit.console.tables.filtering import Filter, Kind, Option, Rows
from sites.models import Site

MOST_OPTIONS: Final = 500
PERIODS: Final[dict[str, Promise]] = {
    "today": gettext_lazy("Today"),
    "yesterday": gettext_lazy("Yesterday"),
    "7d": gettext_lazy("Last 7 days"),
    "30d": gettext_lazy("Last 30 days"),
    "month": gettext_lazy("This month"),
    "last-month": gettext_lazy("Last month"),
    "year": gettext_lazy("This year"),
    "last-year": gettext_lazy("Last year"),
}


def transaction_filters(sites: Sequence[Site], now: datetime) -> list[Filter]:
    """Return the filters over the transactions of these sites; days are those of the active time zone."""
    points = ChargePoint.objects.filter(site__in=sites).order_by("identity")
    identities = list(points.values_list("identity", flat=True)[: MOST_OPTIONS + 1])
    vehicles = list(Vehicle.objects.order_by("name").values_list("code", "name")[: MOST_OPTIONS + 1])
    chosen = [
        Filter("q", _("Search"), search, Kind.SEARCH, every=_("Number, point, bus, badge")),
        Filter(
            "period", _("Period"), _in_period(now), every=_("All times"),
            options=[Option(name, str(label)) for name, label in PERIODS.items()],
        ),
        Filter("from", pgettext("period", "From"), _since, Kind.DATE),
        Filter("to", pgettext("period", "To"), _until, Kind.DATE),
        Filter(
            "site", _("Site"), _of("charge_point__site__code"), every=_("All sites"),
            options=[Option(site.code, site.name) for site in sites],
        ),
        _choice("charge_point", _("Charge point"), "charge_point__identity", _("All charge points"),
                [Option(identity, identity) for identity in identities]),
        _choice("vehicle", _("Vehicle"), "vehicle__code", _("All vehicles"),
                [Option(code, name) for code, name in vehicles]),
        Filter("tag", _("Badge"), with_tag, Kind.TEXT),
        Filter(
            "state", _("State"), _state, every=_("Running and ended"),
            options=[Option("open", _("Running")), Option("closed", _("Ended"))],
        ),
        Filter(
            "flag", pgettext("of a transaction", "Out of the ordinary"), _flag,
            every=_("With and without flags"),
            options=[Option("any", _("Any flag")), *(Option(v, str(label)) for v, label in Flag.choices)],
        ),
    ]  # fmt: skip
    return [one for one in chosen if one.name != "site" or len(sites) > 1]


def _choice(name: str, label: str, field: str, every: str, options: list[Option]) -> Filter:
    """Return a choice; of too many it is a field to write into."""
    if len(options) > MOST_OPTIONS:
        return Filter(name, label, _of(field), Kind.TEXT)
    return Filter(name, label, _of(field), options=options, every=every)


def _of(field: str) -> Callable[[Rows, str], Rows]:
    return lambda rows, value: rows.filter(**{field: value})


def with_tag(rows: Rows, value: str) -> Rows:
    """Return the transactions of a badge, as it is known or as it was sent."""
    known = list(IdToken.objects.filter(key=token_key(value)).values_list("pk", flat=True))
    return rows.filter(Q(id_token_id__in=known) | Q(id_tag__iexact=value.strip()))


def _state(rows: Rows, value: str) -> Rows:
    return rows.filter(ended_at__isnull=value == "open") if value in {"open", "closed"} else rows


def _flag(rows: Rows, value: str) -> Rows:
    return with_flag(rows, value) if value == "any" or value in Flag.values else rows


def _since(rows: Rows, value: str) -> Rows:
    moment = read_moment(value)
    return rows.filter(started_at__gte=moment) if moment else rows


def _until(rows: Rows, value: str) -> Rows:
    moment = read_moment(value, end=True)
    return rows.filter(started_at__lt=moment) if moment else rows


def _in_period(now: datetime) -> Callable[[Rows, str], Rows]:
    def narrow(rows: Rows, value: str) -> Rows:
        days = days_of(value, timezone.localtime(now).date())
        if days is None:
            return rows
        start, end = (timezone.make_aware(datetime.combine(day, time())) for day in days)
        return rows.filter(started_at__gte=start, started_at__lt=end)

    return narrow


def days_of(period: str, today: date) -> tuple[date, date] | None:
    """Return the first day of a named period and the day after its last; None for an unknown name."""
    tomorrow = today + timedelta(days=1)
    month = today.replace(day=1)
    known = {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "7d": (today - timedelta(days=6), tomorrow),
        "30d": (today - timedelta(days=29), tomorrow),
        "month": (month, tomorrow),
        "last-month": ((month - timedelta(days=1)).replace(day=1), month),
        "year": (today.replace(month=1, day=1), tomorrow),
        "last-year": (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
    }
    return known.get(period)
