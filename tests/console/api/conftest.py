"""Two sites with a charge point, a transaction and a command each, and callers of every role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chargers.models import ChargePoint, Command
from charging.models import Transaction
from evkit.core.clock import utc_now
from sites.models import Site
from sites.services.tokens import create_token
from sites.types import Role
from tests.factories import (
    EARLY,
    ChargePointFactory,
    IdTokenFactory,
    SiteFactory,
    TransactionFactory,
    VehicleFactory,
)

ROOT = "/api/v1/"


@dataclass(frozen=True)
class Place:
    """A site and what is on it."""

    site: Site
    charge_point: ChargePoint
    transaction: Transaction
    command: Command


@dataclass(frozen=True)
class Api:
    """A caller of the API."""

    client: Client

    def get(self, path: str, **query: str | int) -> Any:
        return self.client.get(ROOT + path, query)

    def post(self, path: str, body: object) -> Any:
        return self.client.post(ROOT + path, body, content_type="application/json")

    def patch(self, path: str, body: object) -> Any:
        return self.client.patch(ROOT + path, body, content_type="application/json")

    def put(self, path: str, body: object) -> Any:
        return self.client.put(ROOT + path, body, content_type="application/json")

    def delete(self, path: str) -> Any:
        return self.client.delete(ROOT + path)


def make_place(code: str, identity: str, vehicle: str) -> Place:
    site = SiteFactory(code=code)
    charge_point = ChargePointFactory(identity=identity, site=site, evses=1)
    tag = IdTokenFactory(vehicle=VehicleFactory(code=vehicle))
    transaction = TransactionFactory(evse=charge_point.evses.get(), id_token=tag)
    command = Command.objects.create(
        charge_point=charge_point,
        action="Reset",
        payload={"type": "Soft"},
        created_at=EARLY,
        deadline=EARLY + timedelta(minutes=1),
    )
    return Place(site, charge_point, transaction, command)


@pytest.fixture
def mine(db: None) -> Place:
    """What a caller with one site may see."""
    return make_place("mine", "CP_MINE", "bus-mine")


@pytest.fixture
def other(db: None) -> Place:
    """What a caller with one site may not know of."""
    return make_place("other", "CP_OTHER", "bus-other")


@pytest.fixture
def caller(db: None) -> Callable[..., Api]:
    """Make callers: `caller("operator", site)`; without sites they reach every site."""

    def make(role: str, *sites: Site) -> Api:
        name = f"{role}-{'-'.join(site.code for site in sites)}"
        _token, secret = create_token(name=name, role=Role(role), sites=sites, now=utc_now())
        return Api(Client(headers={"authorization": f"Bearer {secret}"}))

    return make


@pytest.fixture
def administrator(caller: Callable[..., Api]) -> Api:
    """A caller who may do everything."""
    return caller("administrator")


@pytest.fixture
def anonymous() -> Api:
    """A caller without a token."""
    return Api(Client())
