"""A charge point that nobody declared knocks: an administrator is told on the first page, others are not."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.browsing import Browsing, create_user
from tests.support.server import OCPP_16, Server

LET_WAIT = "from sites.models import Site; Site.objects.update(unknown_charge_points='pending')"
DECLARE = "from chargers.models import ChargePoint; ChargePoint.objects.create(identity='CP_LATER')"


def knock(server: Server, identity: str) -> None:
    with connect(server.ocpp_url + identity, subprotocols=[OCPP_16], open_timeout=20):
        pass


@pytest.mark.timeout(180)
def test_who_is_unknown_is_shown_to_administrators(server: Server) -> None:
    administrator = Browsing.as_administrator(server)
    for identity in ("CP_TYPO", "CP_LATER"):
        with pytest.raises(InvalidStatus):
            knock(server, identity)
    server.shell(DECLARE)
    page = administrator.get("/")
    assert "1 charge point was refused in the last 24 hours, as it is not declared: CP_TYPO" in page

    server.shell(LET_WAIT)
    knock(server, "CP_TYPO")
    page = administrator.get("/")
    assert "1 charge point that nobody declared waits to be accepted: CP_TYPO" in page
    assert "was refused" not in page
    assert "CP_TYPO" in administrator.get("/admin/chargers/chargepoint/?registration__exact=pending")

    create_user(server, "operator", "operator")
    operator = Browsing(server)
    operator.log_in("operator")
    assert "CP_TYPO" not in operator.get("/")
