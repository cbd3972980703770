"""Saying when a vehicle leaves and what it needs (for the rules `deadline`, `hybrid`), and its priority."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction as database
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import Evse
from charging.events import ChargePlanned
from charging.models import ChargePlan, Transaction
from charging.priorities import FURTHEST
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record

LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is decided about one charge; None leaves what is usual. `energy_wh` is of the whole charge."""

    departs_at: datetime | None = None
    energy_wh: float | None = None
    priority: int | None = None


class UnableToPlanError(InvalidInputError):
    """The charge cannot be planned as it is asked for."""

    code = "unable_to_plan"


@database.atomic
def plan_charge(*, evse: Evse, wishes: Wishes, now: datetime, actor: Actor) -> ChargePlan:
    """Note what somebody decided about the charge that runs on a connector, in place of an earlier plan.

    Raises:
        UnableToPlanError: no charge runs, nothing is decided, the departure is not within a week, the energy
            is not above 0, or the priority is out of range.
    """
    charge = _running(evse)
    _check(wishes, now)
    values = asdict(wishes)
    row, _new = ChargePlan.objects.update_or_create(
        transaction=charge, defaults={**values, "set_at": now, "set_name": actor.name}
    )
    told = {**values, "departs_at": wishes.departs_at.isoformat() if wishes.departs_at else None}
    _tell(evse, charge, "plan_charge", told, actor)
    return row


@database.atomic
def forget_plan(*, evse: Evse, actor: Actor) -> None:
    """Take the plan of a running charge back: what its vehicle usually does counts again.

    Raises:
        UnableToPlanError: no charge runs, or it has no plan.
    """
    charge = _running(evse)
    if not ChargePlan.objects.filter(transaction=charge).delete()[0]:
        raise UnableToPlanError(_("This charge has no plan."))
    _tell(evse, charge, "forget_plan", {}, actor)


def _check(wishes: Wishes, now: datetime) -> None:
    if wishes == Wishes():
        raise UnableToPlanError(_("Say when it leaves, what it needs, or its priority."))
    if wishes.departs_at is not None and not now < wishes.departs_at <= now + LONGEST:
        raise UnableToPlanError(_("Choose a departure within the next seven days."), field="departs_at")
    if wishes.energy_wh is not None and wishes.energy_wh <= 0:
        raise UnableToPlanError(_("The energy must be above 0."), field="energy_wh")
    if wishes.priority is not None and abs(wishes.priority) > FURTHEST:
        raise UnableToPlanError(_("A priority lies between -1,000,000 and 1,000,000."), field="priority")


def _running(evse: Evse) -> Transaction:
    running = Transaction.objects.open().filter(evse=evse).first()
    if running is None:
        raise UnableToPlanError(_("No charge is running there."))
    return running


def _tell(evse: Evse, charge: Transaction, verb: str, details: dict[str, object], actor: Actor) -> None:
    site_id = evse.charge_point.site_id
    record(Deed(actor, verb, "transaction", str(charge.number), site_id, details))
    publish_after_commit(ChargePlanned(evse.charge_point_id, site_id, evse.pk))
    publish_after_commit(ChargePointChanged(evse.charge_point_id, site_id))
