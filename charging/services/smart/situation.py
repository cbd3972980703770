"""Everything that a cycle looks at, read in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chargers.models import ConfigurationKey
from chargers.quirks import Model
from chargers.quirks.modes import TOLD_KEYS, Record
from chargers.services.modes import record_by
from charging.models import ChargeOverride, Pause
from charging.services.smart.answers import Circumstances, take_answers, touching_limit
from charging.services.smart.base_load import BaseLoad, base_load
from charging.services.smart.circuits import base_of, network_of
from charging.services.smart.facts import ChargeFacts, EvseFacts, PointFacts, read_charges, read_evses
from charging.services.smart.foreign import Foreign, foreign_commands
from charging.services.smart.modes import follow_mode, goes_on
from charging.services.smart.places import Place, connector_of
from charging.services.smart.rules_of import group_rules, posts_of, rules_of
from charging.services.smart.settings_of import range_of, unit_of
from charging.services.smart.storing import LimitRow, read_limits
from charging.smart.connector import Connector
from charging.smart.dividing import divided
from charging.smart.network import Floats, Network
from charging.smart.rules import Rule
from charging.types import OverrideKind
from charging.usability import barred
from evkit.core.literals import Row
from sites.models import Project, Site

Keys = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """Sites as they are now; `places`, `connectors` and the loads of `network` are in one order.

    `loads` by site is what its meter tells, `base` what that makes on every limit; `stored` is what the rows
    of connectors held before the answers were taken.
    """

    sites: tuple[Site, ...]
    network: Network
    places: tuple[Place, ...]
    connectors: tuple[Connector, ...]
    base: Floats
    loads: Mapping[int, BaseLoad | None]
    stored: Mapping[int, Row]


def situation_of(
    project: Project | None,
    sites: Sequence[Site],
    now: datetime,
    priorities: Mapping[int, int] | None = None,
    *,
    tried: bool = False,
) -> Situation:
    """Read sites, and take the answers to what was sent (rows are not saved).

    `priorities` by EVSE id are those of connectors as they would be; `tried`: connectors that smart charging
    never looked at get no row for it.
    """
    evses = read_evses(sites)
    for evse in evses:
        evse.priority = (priorities or {}).get(evse.id, evse.priority)
    rows, stored = read_limits([evse.id for evse in evses], stored=not tried)
    places = _places(sites, evses, rows, now)
    network = network_of(project, sites, evses, now)
    loads = {site.pk: base_load(site, now) for site in sites}
    index = {site.pk: place for place, site in enumerate(sites)}
    return Situation(
        sites=tuple(sites),
        network=network,
        places=places,
        connectors=divided(
            [
                connector_of(place, load, index[place.site.pk], now)
                for place, load in zip(places, network.loads, strict=True)
            ],
            posts_of(evses),
        ),
        base=base_of(network, project, sites, loads, now),
        loads=loads,
        stored=stored,
    )


def _places(
    sites: Sequence[Site], evses: Sequence[EvseFacts], rows: Mapping[int, LimitRow], now: datetime
) -> tuple[Place, ...]:
    charges = read_charges(sites)
    pauses = {
        pause.evse_id: pause
        for pause in Pause.objects.in_force()
        .filter(evse__charge_point__site__in=sites)
        .select_related("command")
    }
    overrides = _overrides(sites, now)
    groups = group_rules(sites)
    held = pauses.keys() | _held(overrides) | barred({pk: charges.get(pk) for pk in groups}, now)
    modes = _modes(evses, _keys(sites))
    foreign = foreign_commands(sites, rows, charges)
    by_pk = {site.pk: site for site in sites}
    rules = rules_of(sites, evses, groups)
    return tuple(
        _place(
            by_pk[evse.charge_point.site_id], evse, rows[evse.id], charges.get(evse.id),
            pauses.get(evse.id), overrides.get(evse.id), held, rules[evse.id],
            modes[evse.charge_point_id],
            foreign.get(evse.charge_point_id, []), now,
        )
        for evse in evses
    )  # fmt: skip


def _place(
    site: Site,
    evse: EvseFacts,
    row: LimitRow,
    charge: ChargeFacts | None,
    pause: Pause | None,
    override: ChargeOverride | None,
    held: Collection[int],
    rule: Rule,
    record: Record,
    foreign: Sequence[Foreign],
    now: datetime,
) -> Place:
    mode = record.mode
    settings = range_of(evse, site.voltage_v, mode.minimum_a)
    known = Circumstances(
        evse.number, charge, evse.charge_point.state, settings, foreign,
        keeps_default=bool(mode.survives_reboot),
    )  # fmt: skip
    disturbed = take_answers(row, known, now)
    follow_mode(row, mode)
    return Place(
        site=site,
        evse=evse,
        row=row,
        settings=settings,
        unit=unit_of(evse, mode),
        charge=charge,
        pause=pause,
        override=override,
        barred=evse.id in held,
        rule=rule,
        resumes=goes_on(row, record),
        floor=settings.minimum if mode.pause == "stop" else 0.0,
        periods=1 if mode.kind == "Relative" else mode.periods or 2,
        foreign=tuple(touching_limit(row, known)) if foreign else (),
        disturbed=disturbed,
    )


def _modes(evses: Sequence[EvseFacts], keys: Keys) -> dict[int, Record]:
    """Return the operating modes of charge points by id; what connectors taught stands in their own rows."""
    points = {evse.charge_point_id: evse.charge_point for evse in evses}
    return {
        pk: record_by(_model(point), point.quirk_switches, point.operating_mode, keys.get(pk, {}))
        for pk, point in points.items()
    }


def _model(point: PointFacts) -> Model:
    state = point.state
    return Model() if state is None else Model(state.vendor, state.model, state.firmware_version)


def _overrides(sites: Sequence[Site], now: datetime) -> dict[int, ChargeOverride]:
    """Return what somebody decided about the charges of these connectors, by EVSE id."""
    rows = ChargeOverride.objects.in_force(now).filter(transaction__charge_point__site__in=sites)
    return {row.transaction.evse_id: row for row in rows.select_related("transaction")}


def _held(overrides: Mapping[int, ChargeOverride]) -> set[int]:
    return {pk for pk, row in overrides.items() if row.kind == OverrideKind.HOLD}


def _keys(sites: Sequence[Site]) -> Keys:
    """Return what the charge points told of their charging schedules."""
    told = ConfigurationKey.objects.filter(charge_point__site__in=sites, key__in=TOLD_KEYS)
    found: dict[int, dict[str, str]] = {}
    for pk, key, value in told.values_list("charge_point_id", "key", "value"):
        found.setdefault(pk, {})[key] = value or ""
    return found
