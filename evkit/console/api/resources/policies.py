"""`sites/{code}/policies`: how a site decides who may charge, under the names of the configuration file."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from ninja import Router, Schema
from pydantic import AfterValidator, Field

from charging.models import ClosingRules
from charging.services.closing_rules import ClosingTimes, change_closing_rules, closing_rules_of
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_site
from evkit.console.api.types import Strict, refuse_null
from sites.models import Site
from sites.permissions import Right
from sites.services.settings import SitePolicies, change_policies
from sites.types import (
    ConcurrencyPolicy,
    FreeChargingPolicy,
    OfflinePolicy,
    UnknownChargePointPolicy,
    UnknownTagPolicy,
)

router = Router(tags=["sites"])
Minutes = Annotated[int, Field(ge=1, le=1_000_000)]
RENAMED = {"automatic_start": "automatic_tag"}


def _stripped(text: str) -> str:
    return text.strip()


IdTag = Annotated[str, Field(max_length=20, pattern=r"^[^\x00-\x1f]*$"), AfterValidator(_stripped)]


class Closing(Schema):
    """When stops that were lost are presumed, in minutes; null for never."""

    free_min: int | None
    silent_min: int | None
    gone_min: int | None


class PoliciesOut(Schema):
    """The policies of a site (docs/sequencing.md)."""

    unknown_charge_points: UnknownChargePointPolicy
    unknown_tags: UnknownTagPolicy
    free_charging: FreeChargingPolicy
    concurrency: ConcurrencyPolicy
    offline_starts: OfflinePolicy
    automatic_start: str
    automatic_restart: bool
    closing: Closing


class ClosingPatch(Strict):
    """Rules to change; null switches one off."""

    free_min: Minutes | None = None
    silent_min: Minutes | None = None
    gone_min: Minutes | None = None


class PoliciesPatch(Strict):
    """Policies to change; an absent key changes nothing."""

    unknown_charge_points: UnknownChargePointPolicy | None = None
    unknown_tags: UnknownTagPolicy | None = None
    free_charging: FreeChargingPolicy | None = None
    concurrency: ConcurrencyPolicy | None = None
    offline_starts: OfflinePolicy | None = None
    automatic_start: IdTag | None = None
    automatic_restart: bool | None = None
    closing: ClosingPatch | None = None


@router.get("sites/{code}/policies", response=PoliciesOut, summary="Who may charge, and when")
def read_policies(request: ApiRequest, code: str) -> PoliciesOut:
    """Return the policies of a site."""
    site = get_site(request.auth, code)
    return _out(site, closing_rules_of(site))


@router.patch("sites/{code}/policies", response=PoliciesOut, summary="Change who may charge, and when")
def patch_policies(request: ApiRequest, code: str, changes: PoliciesPatch) -> PoliciesOut:
    """Change the policies of a site; administrators only."""
    site = get_site(request.auth, code)
    request.auth.require(Right.CONFIGURE, site.pk)
    refuse_null(changes)
    given: dict[str, Any] = changes.model_dump(exclude_unset=True)
    closing = given.pop("closing", {})
    policies = SitePolicies(**{RENAMED.get(name, name): value for name, value in given.items()})
    with transaction.atomic():
        site = change_policies(site=site, policies=policies, actor=request.auth.actor)
        rules = change_closing_rules(site=site, times=ClosingTimes(**closing), actor=request.auth.actor)
    return _out(site, rules)


def _out(site: Site, rules: ClosingRules) -> PoliciesOut:
    return PoliciesOut(
        unknown_charge_points=UnknownChargePointPolicy(site.unknown_charge_points),
        unknown_tags=UnknownTagPolicy(site.unknown_tags),
        free_charging=FreeChargingPolicy(site.free_charging),
        concurrency=ConcurrencyPolicy(site.concurrency),
        offline_starts=OfflinePolicy(site.offline_starts),
        automatic_start=site.automatic_tag,
        automatic_restart=site.automatic_restart,
        closing=Closing(free_min=rules.free_min, silent_min=rules.silent_min, gone_min=rules.gone_min),
    )
