"""Boosting or holding one charge: an operator's word that smart charging follows until its end (R17, R18).

A boosted charge is served before all others, whatever the rule of its site; a held one gets nothing. Both
need smart charging: where it is off, a charge is paused instead (`charging.services.pausing`). Where it is
switched off, a pause stands for the hold (`charging.services.holding`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction as database
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import Evse
from charging.events import ChargeOverridden
from charging.models import ChargeOverride, Transaction
from charging.services.holding import settle_holds
from charging.types import OverrideKind
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record

LONGEST: Final = timedelta(days=2)
"""Nobody remembers after that why a charge is treated differently."""


class UnableToOverrideError(InvalidInputError):
    """The charge cannot be boosted or held as it is asked for."""

    code = "unable_to_override"


@database.atomic
def override_charge(
    *, evse: Evse, kind: OverrideKind, until: datetime, reason: str, now: datetime, actor: Actor
) -> ChargeOverride:
    """Boost or hold the charge that runs on a connector until a moment, or until it ends.

    What was decided about it before is replaced.

    Raises:
        UnableToOverrideError: no charge runs, smart charging is off, no reason is given, or the end is not
            within two days.
    """
    charge = _running(evse)
    if evse.charge_point.site is None or not evse.charge_point.site.smart_charging_enabled:
        raise UnableToOverrideError(
            _("Smart charging is off on this site: nobody shares the power. Pause the charge instead.")
        )
    if not reason.strip():
        raise UnableToOverrideError(_("Write a reason: others will ask for it."), field="reason")
    if not now < until <= now + LONGEST:
        raise UnableToOverrideError(_("Choose an end within the next two days."), field="until")
    _close(charge, actor, now)
    row = ChargeOverride.objects.create(
        transaction=charge, kind=kind, reason=reason.strip(), since=now, until=until,
        set_by_id=actor.user_id, set_name=actor.name,
    )  # fmt: skip
    _tell(evse, charge, str(kind), {"reason": row.reason, "until": until.isoformat()}, actor)
    settle_holds(Transaction.objects.filter(pk=charge.pk), now)
    return row


@database.atomic
def end_override(*, evse: Evse, now: datetime, actor: Actor) -> None:
    """Take back what was decided about the charge that runs on a connector.

    Raises:
        UnableToOverrideError: no charge runs, or nothing is in force about it.
    """
    charge = _running(evse)
    if not ChargeOverride.objects.in_force(now).filter(transaction=charge).exists():
        raise UnableToOverrideError(_("This charge is neither boosted nor held."))
    _close(charge, actor, now)
    _tell(evse, charge, "release", {}, actor)
    settle_holds(Transaction.objects.filter(pk=charge.pk), now)


def _running(evse: Evse) -> Transaction:
    """Return the charge that runs on a connector, locked so that two decisions come one after the other."""
    running = Transaction.objects.open().filter(evse=evse).select_for_update(of=("self",)).first()
    if running is None:
        raise UnableToOverrideError(_("No charge is running there."))
    return running


def _close(charge: Transaction, actor: Actor, now: datetime) -> None:
    rows = ChargeOverride.objects.filter(transaction=charge, ended_at=None)
    rows.filter(until__gt=now).update(ended_at=now, ended_name=actor.name)
    rows.update(ended_at=now)


def _tell(evse: Evse, charge: Transaction, verb: str, details: dict[str, object], actor: Actor) -> None:
    site_id = evse.charge_point.site_id
    record(Deed(actor, verb, "transaction", str(charge.number), site_id, details))
    publish_after_commit(ChargeOverridden(evse.charge_point_id, site_id, evse.pk))
    publish_after_commit(ChargePointChanged(evse.charge_point_id, site_id))
