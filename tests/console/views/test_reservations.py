from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import IdToken, Reservation
from charging.models.reservation import ReservationState
from evkit.core.clock import utc_now
from sites.types import Role
from tests.console.depot import Depot, add_reservation, add_site

LogIn = Callable[..., Client]


def address(depot: Depot) -> str:
    return reverse("reservations", args=[depot.site.code])


def wanted(depot: Depot, **changes: str) -> dict[str, str]:
    return {"place": f"{depot.charging.pk}-2", "id_tag": "BUS212", "minutes": "30"} | changes


def test_an_operator_reserves_a_connector_of_the_site(log_in: LogIn, depot: Depot) -> None:
    client = log_in(Role.OPERATOR)
    assert client.post(address(depot), wanted(depot)).status_code == 302
    made = Reservation.objects.get()
    assert (made.charge_point, made.connector, made.state) == (depot.charging, 2, "requested")
    assert (made.expires_at - made.created_at) == timedelta(minutes=30)
    assert made.command is not None
    assert made.command.action == "ReserveNow"


@pytest.mark.parametrize("changes", [{"minutes": "0"}, {"place": "1-99"}, {"id_tag": "NOBODY"}])
def test_what_cannot_be_reserved_is_shown_again(log_in: LogIn, depot: Depot, changes: dict[str, str]) -> None:
    answer = log_in(Role.OPERATOR).post(address(depot), wanted(depot, **changes))
    assert answer.status_code == 200
    assert "form__error" in answer.content.decode()
    assert not Reservation.objects.exists()


def test_a_connector_that_is_reserved_says_so(log_in: LogIn, depot: Depot) -> None:
    add_reservation(depot)
    answer = log_in(Role.OPERATOR).post(address(depot), wanted(depot))
    assert "There is a reservation already" in answer.content.decode()


def test_current_and_past_ones_stand_apart(log_in: LogIn, depot: Depot) -> None:
    add_reservation(depot)
    now = utc_now()
    Reservation.objects.create(
        charge_point=depot.charging,
        connector=1,
        id_token=IdToken.objects.get(),
        state=ReservationState.REFUSED,
        answer="Occupied",
        created_at=now - timedelta(hours=2),
        expires_at=now - timedelta(hours=1),
        ended_at=now - timedelta(hours=2),
    )
    page = log_in(Role.GUEST).get(address(depot)).content.decode()
    current, past = page.index("Current reservations"), page.index("Past reservations")
    assert current < past < page.index("Occupied")
    assert "Cancel the reservation" not in page


def test_an_operator_cancels(log_in: LogIn, depot: Depot) -> None:
    made = add_reservation(depot)
    client = log_in(Role.OPERATOR)
    client.post(reverse("cancel_reservation", args=[depot.site.code, made.pk]))
    made.refresh_from_db()
    assert made.cancel_command is not None
    again = client.post(reverse("cancel_reservation", args=[depot.site.code, made.pk]), follow=True)
    assert "on its way already" in again.content.decode()


def test_a_reservation_of_another_site_is_not_there(log_in: LogIn, depot: Depot) -> None:
    made = add_reservation(depot)
    other = add_site("other", name_en="Other", name_fr="Autre")
    answer = log_in(Role.ADMINISTRATOR).post(reverse("cancel_reservation", args=[other.code, made.pk]))
    assert answer.status_code == 404


HTMX = {"HX-Request": "true"}


def test_the_live_feed_brings_both_lists_where_a_charge_point_in_them_changed(
    log_in: LogIn, depot: Depot
) -> None:
    add_reservation(depot)
    client = log_in(Role.GUEST)
    page = client.get(address(depot)).content.decode()
    assert f'data-live-sites="{depot.site.pk}"' in page
    for only, comes in ((str(depot.charging.pk), True), ("all", True), (str(depot.faulted.pk), False)):
        part = client.get(address(depot), {"only": only}, headers=HTMX).content.decode()
        assert "<html" not in part
        assert ('id="reservations" data-live hx-swap-oob="true"' in part) is comes
        assert ("BUS212" in part or "Bus 212" in part) is comes
