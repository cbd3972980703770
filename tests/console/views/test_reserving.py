from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import Command
from charging.models import Reservation
from sites.types import Role
from tests.console.depot import Depot
from tests.factories import IdTokenFactory

LogIn = Callable[..., Client]


def post(client: Client, depot: Depot, slug: str, **form: object) -> int:
    point = depot.charging
    return client.post(reverse("command", args=[depot.site.code, point.identity, slug]), form).status_code


def test_an_operator_reserves_and_cancels(log_in: LogIn, depot: Depot) -> None:
    IdTokenFactory(value="NEW")
    client = log_in(Role.OPERATOR)
    wanted = {"connector": "0", "tag": "NEW", "minutes": "30"}
    assert post(client, depot, "reserve", **wanted) == 302
    made = Reservation.objects.get()
    assert (made.connector, made.id_token.value) == (0, "NEW")
    assert (made.expires_at - made.created_at).total_seconds() == 1800
    assert post(client, depot, "reserve", **wanted) == 200
    assert post(client, depot, "cancel-reservation", reservation=made.number) == 302
    actions = Command.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions)[-2:] == ["ReserveNow", "CancelReservation"]


@pytest.mark.parametrize(
    ("slug", "form", "payload"),
    [
        ("clear-cache", {}, {}),
        ("vendor-message", {"vendor": "V"}, {"vendorId": "V"}),
        (
            "vendor-message",
            {"vendor": "V", "message": "m", "content": "d"},
            {"vendorId": "V", "messageId": "m", "data": "d"},
        ),
    ],
)
def test_an_operator_sends_it(
    log_in: LogIn, depot: Depot, slug: str, form: dict[str, str], payload: dict[str, str]
) -> None:
    assert post(log_in(Role.OPERATOR), depot, slug, **form) == 302
    assert Command.objects.latest("pk").payload == payload


def test_a_guest_may_not(log_in: LogIn, depot: Depot) -> None:
    before = Command.objects.count()
    assert post(log_in(Role.GUEST), depot, "clear-cache") == 403
    assert Command.objects.count() == before
