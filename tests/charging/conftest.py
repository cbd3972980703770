from __future__ import annotations

import pytest

from chargers.models import ChargePoint
from charging.models import IdToken
from tests.charging.ocpp.desk import Desk
from tests.factories import ChargePointFactory, IdTokenFactory


@pytest.fixture
def charge_point(db) -> ChargePoint:
    return ChargePointFactory(evses=2)


@pytest.fixture
def desk(charge_point) -> Desk:
    return Desk(charge_point)


@pytest.fixture
def tag(db) -> IdToken:
    return IdTokenFactory(value="B4A63CDF2212")
