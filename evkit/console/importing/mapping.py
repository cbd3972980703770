"""What columns of a foreign table mean: offered, guessed, and read row by row with what is wrong in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from chargers.models import Evse
from charging.models import IdToken, Vehicle
from charging.models.id_token import token_key
from charging.services.importing import ForeignCharge, known_keys, overlapping
from evkit.console.importing.files import Table
from evkit.console.importing.values import moment_of, number_of, text_of
from sites.models import Site

MOST_WH: Final = 5_000_000.0
MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True)
class Target:
    """Something a column can mean; `words` are what headers that mean it contain."""

    name: str
    label: str | Promise
    words: Sequence[str]

    @property
    def needed(self) -> bool:
        """Whether there is no charge without it."""
        return self.name in NEEDED


NEEDED: Final = frozenset({"charge_point", "start", "end", "energy"})
TARGETS: Final = (
    Target(
        "charge_point", gettext_lazy("Charge point"),
        ("charge point", "chargepoint", "borne", "station", "charger", "evse id"),
    ),
    Target("connector", gettext_lazy("Connector"), ("connector", "connecteur", "plug", "prise", "outlet")),
    Target("start", pgettext_lazy("of a transaction", "Start"), ("start", "début", "debut", "begin", "from")),
    Target("end", pgettext_lazy("of a transaction", "End"), ("end", "fin", "stop", "to")),
    Target("energy", gettext_lazy("Energy"), ("energy", "énergie", "energie", "kwh", "wh")),
    Target("tag", gettext_lazy("Badge"), ("badge", "tag", "rfid", "token", "card")),
    Target("vehicle", gettext_lazy("Vehicle"), ("vehicle", "véhicule", "vehicule", "bus")),
    Target("soc_start", gettext_lazy("SoC at start"), ("soc start", "soc at start", "soc début")),
    Target("soc_end", gettext_lazy("SoC at end"), ("soc end", "soc at end", "soc fin")),
    Target("meter_start", gettext_lazy("Meter at start"), ("meter start", "meter at start", "index début")),
    Target("meter_stop", gettext_lazy("Meter at stop"), ("meter stop", "meter at stop", "index fin")),
    Target("reason", gettext_lazy("Reason of the stop"), ("reason", "raison", "motif")),
    Target(
        "reference", gettext_lazy("Number at the former system"),
        ("number", "numéro", "n°", "reference", "transaction", "session"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnMeanings:
    """Which column (by its place) means what, and in which unit energies are."""

    columns: Mapping[str, int]
    kwh: bool = True

    @property
    def missing(self) -> list[Target]:
        """What is needed and no column means."""
        return [target for target in TARGETS if target.needed and target.name not in self.columns]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row of the file (counted as a spreadsheet does)."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import would do: charges to import, how many are known already, and what is wrong.

    `overlapping` of the charges went on while a stored transaction did at the same connector.
    """

    charges: Sequence[ForeignCharge]
    known: int
    problems: Sequence[Problem]
    wrong: int
    energy_wh: float
    overlapping: int
    first: datetime | None = None
    last: datetime | None = None

    @property
    def may_be_imported(self) -> bool:
        """Whether there is something to import and nothing is wrong."""
        return bool(self.charges) and not self.wrong


def guess(heads: Sequence[str]) -> ColumnMeanings:
    """Return what the headers seem to mean: longer words first, every column once."""
    found: dict[str, int] = {}
    words = [(word, target.name) for target in TARGETS for word in target.words]
    lowered = [head.lower().replace("_", " ") for head in heads]
    for word, name in sorted(words, key=lambda pair: -len(pair[0])):
        for place, head in enumerate(lowered):
            if name not in found and place not in found.values() and word in head:
                found[name] = place
    energy = lowered[found["energy"]] if "energy" in found else "kwh"
    return ColumnMeanings(found, kwh="kwh" in energy or "wh" not in energy)


class RowError(Exception):
    """Something is wrong in a row."""


def _agree(earlier: ForeignCharge, later: ForeignCharge) -> None:
    """Refuse a row that would silently take the place of another one."""
    if earlier != later:
        raise RowError(_("Another row has the same number, with other values."))


@dataclass
class Reader:
    """Reads the rows of a table as charges on known charge points."""

    mapping: ColumnMeanings
    sites: Sequence[Site]
    now: datetime
    places: dict[tuple[str, int], Evse] = field(default_factory=dict)
    tokens: dict[str, IdToken] = field(default_factory=dict)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)

    def __post_init__(self) -> None:
        evses = Evse.objects.filter(charge_point__site__in=self.sites).select_related("charge_point__site")
        self.places = {(evse.charge_point.identity, evse.number): evse for evse in evses}
        self.tokens = {token.key: token for token in IdToken.objects.all()}
        for vehicle in Vehicle.objects.all():
            self.vehicles[vehicle.name.lower()] = vehicle
            self.vehicles[vehicle.code.lower()] = vehicle

    def read(self, table: Table) -> Outcome:
        """Return what importing the table would do."""
        charges: dict[tuple[int, str], ForeignCharge] = {}
        problems: list[Problem] = []
        wrong = twice = 0
        for place, row in zip(table.numbers, table.rows, strict=True):
            try:
                charge = self._charge(row)
                key = (charge.charge_point_id, charge.key)
                _agree(charges.get(key, charge), charge)
            except RowError as error:
                wrong += 1
                if len(problems) < MOST_PROBLEMS:
                    problems.append(Problem(place, str(error)))
                continue
            twice += key in charges
            charges[key] = charge
        known = known_keys(charges.values()) & charges.keys()
        fresh = [charge for key, charge in charges.items() if key not in known]
        return Outcome(
            fresh, len(known) + twice, problems, wrong, sum(charge.energy_wh for charge in fresh),
            overlapping(fresh),
            min((charge.started_at for charge in fresh), default=None),
            max((charge.started_at for charge in fresh), default=None),
        )  # fmt: skip

    def _charge(self, row: Sequence[object]) -> ForeignCharge:
        evse = self._place(row)
        site: Any = evse.charge_point.site
        started, ended = self._times(row, site)
        if ended > self.now:
            raise RowError(_("It ends in the future."))
        tag = text_of(self._cell(row, "tag"))
        token = self.tokens.get(token_key(tag)) if tag else None
        vehicle = self._vehicle(row)
        return ForeignCharge(
            charge_point_id=evse.charge_point_id,
            evse_id=evse.pk,
            started_at=started,
            ended_at=ended,
            energy_wh=self._energy(row),
            id_tag=tag,
            id_token_id=token.pk if token else None,
            vehicle_id=vehicle.pk if vehicle else (token.vehicle_id if token else None),
            soc_start_percent=self._share(row, "soc_start"),
            soc_end_percent=self._share(row, "soc_end"),
            meter_start_wh=self._quantity(row, "meter_start"),
            meter_stop_wh=self._quantity(row, "meter_stop"),
            stop_reason=text_of(self._cell(row, "reason")),
            reference=text_of(self._cell(row, "reference")),
        )

    def _cell(self, row: Sequence[object], name: str) -> object:
        place = self.mapping.columns.get(name)
        value = row[place] if place is not None and place < len(row) else None
        return None if value == "" else value

    def _place(self, row: Sequence[object]) -> Evse:
        identity = text_of(self._cell(row, "charge_point"))
        given = self._cell(row, "connector")
        number = 1 if given is None else number_of(given)
        evse = (
            self.places.get((identity, int(number))) if number is not None and number == int(number) else None
        )
        if evse is not None:
            return evse
        if not identity:
            raise RowError(_("The charge point is missing."))
        raise RowError(
            _("There is no charge point %(identity)s with a connector %(number)s.")
            % {"identity": identity, "number": text_of(given) or "1"}
        )

    def _times(self, row: Sequence[object], site: Site) -> tuple[datetime, datetime]:
        """Return start and end; an end that the clock shows twice in a night is the first after the start."""
        started, ended = (self._moment(row, name, site) for name in ("start", "end"))
        for end in (ended, ended.replace(fold=1)):
            if end.astimezone(UTC) >= started.astimezone(UTC):
                return started, end
        raise RowError(_("It ends before it starts."))

    def _moment(self, row: Sequence[object], name: str, site: Site) -> datetime:
        value = self._cell(row, name)
        moment = moment_of(value, site.zone)
        if moment is None:
            raise RowError(_("“%(value)s” is no date with a time.") % {"value": text_of(value)[:40]})
        return moment

    def _quantity(self, row: Sequence[object], name: str) -> float | None:
        value = self._cell(row, name)
        if value is None:
            return None
        number = number_of(value, whole=not self.mapping.kwh)
        if number is None or number < 0:
            raise RowError(_("“%(value)s” is no number of zero or more.") % {"value": text_of(value)[:40]})
        return number * 1000 if self.mapping.kwh else number

    def _energy(self, row: Sequence[object]) -> float:
        energy = self._quantity(row, "energy")
        if energy is None:
            raise RowError(_("The energy is missing."))
        if energy > MOST_WH:
            raise RowError(
                _("%(kwh)d kWh in one charge is not believable: is the unit right?") % {"kwh": energy / 1000}
            )
        return energy

    def _share(self, row: Sequence[object], name: str) -> float | None:
        value = self._cell(row, name)
        number = number_of(str(value).rstrip("% ")) if isinstance(value, str) else number_of(value)
        if value is not None and (number is None or not 0 <= number <= 100):
            raise RowError(_("“%(value)s” is no share from 0 to 100.") % {"value": text_of(value)[:40]})
        return number

    def _vehicle(self, row: Sequence[object]) -> Vehicle | None:
        name = text_of(self._cell(row, "vehicle"))
        if not name:
            return None
        vehicle = self.vehicles.get(name.lower())
        if vehicle is None:
            raise RowError(_("There is no vehicle %(name)s.") % {"name": name[:40]})
        return vehicle
