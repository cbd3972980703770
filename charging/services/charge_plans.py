"""Saying when a vehicle leaves and what it needs: what the rules `deadline` and `hybrid` go by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction as database
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import Evse
from charging.events import ChargePlanned
from charging.models import ChargePlan, Transaction
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record

LONGEST: Final = timedelta(days=7)


class UnableToPlanError(InvalidInputError):
    """The charge cannot be planned as it is asked for."""

    code = "unable_to_plan"


@database.atomic
def plan_charge(
    *, evse: Evse, departs_at: datetime, energy_wh: float | None, now: datetime, actor: Actor
) -> ChargePlan:
    """Note when the vehicle that charges on a connector leaves, and what it needs from its start until then.

    Raises:
        UnableToPlanError: no charge runs, the departure is not within a week, or the energy is not above 0.
    """
    charge = _running(evse)
    if not now < departs_at <= now + LONGEST:
        raise UnableToPlanError(_("Choose a departure within the next seven days."), field="departs_at")
    if energy_wh is not None and energy_wh <= 0:
        raise UnableToPlanError(_("The energy must be above 0."), field="energy_wh")
    row, _new = ChargePlan.objects.update_or_create(
        transaction=charge,
        defaults={
            "departs_at": departs_at, "energy_wh": energy_wh, "set_at": now, "set_name": actor.name,
        },
    )  # fmt: skip
    _tell(evse, charge, "plan_charge", {"departs_at": departs_at.isoformat(), "energy_wh": energy_wh}, actor)
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
