"""What is decided about a connector: how it takes part in sharing the power, and how it starts."""

from __future__ import annotations

from django.db import transaction
from ninja import Router, Schema

from chargers.models import Evse
from chargers.services.topology import save_evse
from evkit.console.api.auth import ApiRequest
from evkit.console.api.resources.policies import IdTag
from evkit.console.api.scope import get_connector
from evkit.console.api.types import AsAbove, Priority, Strict, refuse_null
from sites.permissions import Right
from sites.types import Distribution

router = Router(tags=["smart charging"])


class ConnectorSettings(Schema):
    """What is decided about a connector; an empty `distribution` is that of its group or its site."""

    number: int
    automatic_start: str
    priority: int
    distribution: str


class ConnectorPatch(Strict):
    """What is to change; an absent key changes nothing.

    `automatic_start` is the id tag of the vehicle that always charges there, "" leaves it to the site.
    """

    automatic_start: IdTag | None = None
    priority: Priority | None = None
    distribution: Distribution | AsAbove | None = None


@router.patch(
    "charge-points/{path:identity}/connectors/{int:connector}",
    response=ConnectorSettings,
    summary="Change priority, rule and automatic start of a connector",
)
def patch_connector(
    request: ApiRequest, identity: str, connector: int, changes: ConnectorPatch
) -> ConnectorSettings:
    """Change a connector; administrators only."""
    evse = get_connector(request.auth, identity, connector, Right.CONFIGURE)
    refuse_null(changes)
    given = changes.model_dump(exclude_unset=True)
    with transaction.atomic():
        evse = Evse.objects.select_for_update(of=("self",)).select_related("charge_point").get(pk=evse.pk)
        evse.automatic_tag = given.get("automatic_start", evse.automatic_tag)
        evse.priority = given.get("priority", evse.priority)
        evse.distribution = str(given.get("distribution", evse.distribution))
        save_evse(evse=evse, actor=request.auth.actor)
    return ConnectorSettings(
        number=evse.number, automatic_start=evse.automatic_tag, priority=evse.priority,
        distribution=evse.distribution,
    )  # fmt: skip
