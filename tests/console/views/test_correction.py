from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import Transaction
from sites.types import Role
from tests.console.depot import Depot
from tests.console.roles.world import add_ended

LogIn = Callable[..., Client]


@pytest.fixture
def row(depot: Depot) -> Transaction:
    return add_ended(depot)


def address(name: str, depot: Depot, row: Transaction) -> str:
    return reverse(name, args=[depot.site.code, row.number])


def test_the_page_says_why_the_energy_is_in_doubt_and_what_it_probably_was(
    log_in: LogIn, depot: Depot, row: Transaction
) -> None:
    page = log_in(Role.GUEST).get(address("transaction", depot, row)).content.decode()
    assert "sends kWh and labels them Wh" in page
    assert "It was probably 21.00 kWh" in page
    assert "Correct the energy" not in page


def test_an_operator_corrects_it(log_in: LogIn, depot: Depot, row: Transaction) -> None:
    client = log_in(Role.OPERATOR)
    client.post(address("correct_energy", depot, row), {"kwh": "21", "reason": "labelled wrongly"})
    page = client.get(address("transaction", depot, row)).content.decode()
    assert "Corrected to 21.00 kWh" in page
    assert "labelled wrongly" in page


@pytest.mark.parametrize("form", [{"kwh": "-1", "reason": "x"}, {"kwh": "1", "reason": ""}])
def test_a_correction_without_sense_is_refused(
    log_in: LogIn, depot: Depot, row: Transaction, form: dict[str, str]
) -> None:
    client = log_in(Role.OPERATOR)
    client.post(address("correct_energy", depot, row), form)
    row.refresh_from_db()
    assert row.corrected_wh is None


def test_totals_say_what_they_leave_out(log_in: LogIn, depot: Depot, row: Transaction) -> None:
    tab = reverse("charge_point_transactions", args=[depot.site.code, row.charge_point.identity])
    assert "leaves out 1 transaction" in log_in(Role.GUEST).get(tab).content.decode()
