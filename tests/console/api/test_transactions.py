from __future__ import annotations

from datetime import timedelta

import pytest

from charging.metering.codec import Facets, pack
from charging.metering.vocabulary import STANDARD, Kind
from charging.models import MeterSample, Transaction
from tests.factories import EARLY, EvseFactory, TransactionFactory


def numbers_of(answer):
    return [item["number"] for item in answer.json()["items"]]


class TestListTransactions:
    def test_the_newest_come_first_in_pages(self, administrator, mine, other):
        first = administrator.get("transactions", limit=1)
        assert numbers_of(first) == [other.transaction.number]
        second = administrator.get("transactions", limit=1, cursor=first.json()["next_cursor"])
        assert numbers_of(second) == [mine.transaction.number]
        assert second.json()["next_cursor"] is None

    def test_filters_narrow(self, administrator, mine, other):
        Transaction.objects.filter(pk=mine.transaction.pk).update(ended_at=EARLY + timedelta(hours=1))
        Transaction.objects.filter(pk=other.transaction.pk).update(started_at=EARLY + timedelta(hours=2))
        wanted = [mine.transaction.number]
        queries: tuple[dict[str, str], ...] = (
            {"site": "mine"},
            {"charge_point": "CP_MINE"},
            {"vehicle": "bus-mine"},
            {"id_tag": mine.transaction.id_tag.lower()},
            {"to": "2026-01-10T11:00:00Z"},
            {"from": "2026-01-10T10:00:00Z", "to": "2026-01-10T10:00:00.000001Z"},
            {"open": "false"},
        )
        for query in queries:
            assert numbers_of(administrator.get("transactions", **query)) == wanted, query
        assert numbers_of(administrator.get("transactions", open="true")) == [other.transaction.number]
        assert numbers_of(administrator.get("transactions", **{"from": "2026-01-10T10:00:00.000001Z"})) == [
            other.transaction.number
        ]

    def test_an_unknown_id_tag_is_found_as_it_was_sent(self, administrator, mine):
        Transaction.objects.update(id_token=None, id_tag="Stranger")
        assert numbers_of(administrator.get("transactions", id_tag="STRANGER")) == [mine.transaction.number]

    def test_the_number_of_queries_does_not_grow(self, administrator, mine, django_assert_num_queries):
        administrator.get("sites")
        for number in range(2, 30):
            TransactionFactory(evse=EvseFactory(charge_point=mine.charge_point, number=number))
        with django_assert_num_queries(2):
            assert len(numbers_of(administrator.get("transactions"))) == 29


class TestReadTransaction:
    def test_everything_is_told(self, administrator, mine):
        number = mine.transaction.number
        Transaction.objects.update(
            ended_at=EARLY + timedelta(hours=1), stop_reason="Local", meter_stop_wh=5000, energy_wh=4000
        )
        told = administrator.get(f"transactions/{number}").json()
        wanted = {
            "number": number,
            "open": False,
            "site": "mine",
            "charge_point": "CP_MINE",
            "connector": 1,
            "vehicle": "bus-mine",
            "id_tag": mine.transaction.id_tag,
            "started_at": "2026-01-10T10:00:00.000000Z",
            "ended_at": "2026-01-10T11:00:00.000000Z",
            "stop_reason": "Local",
            "meter_start_wh": 1000,
            "meter_stop_wh": 5000,
            "energy_wh": 4000,
            "flags": [],
        }
        assert {key: told[key] for key in wanted} == wanted


def store(transaction, minute, fingerprint, **values):
    MeterSample.objects.create(
        charge_point_id=transaction.charge_point_id,
        evse_number=transaction.evse.number,
        measured_at=EARLY + timedelta(minutes=minute),
        fingerprint=fingerprint,
        received_at=EARLY + timedelta(minutes=minute),
        transaction_number=transaction.number,
        **values,
    )


class TestMeterValues:
    def test_values_are_told_under_their_ocpp_names(self, administrator, mine):
        offered = Facets(STANDARD[Kind.MEASURAND]["Power.Offered"], STANDARD[Kind.UNIT]["W"], 0, 0, 0)
        store(mine.transaction, 1, 1, power_w=11_000.0, packed=[float(pack(offered)), 22_000.0])
        told = administrator.get(f"transactions/{mine.transaction.number}/meter-values").json()
        common = {"unit": "W", "phase": "", "context": "Sample.Periodic", "location": "Outlet"}
        assert told == {
            "items": [
                {
                    "at": "2026-01-10T10:01:00.000000Z",
                    "values": [
                        {"measurand": "Power.Active.Import", "value": 11_000, **common},
                        {"measurand": "Power.Offered", "value": 22_000, **common},
                    ],
                }
            ],
            "next_cursor": None,
        }

    @pytest.mark.parametrize("limit", [1, 2, 3, 5])
    def test_pages_lose_and_repeat_nothing(self, administrator, mine, limit):
        for minute, fingerprint in [(3, 1), (1, -7), (1, 9), (2, 5)]:
            store(mine.transaction, minute, fingerprint, power_w=float(fingerprint))
        seen: list[float] = []
        cursor = None
        while True:
            query: dict[str, str] = {"cursor": cursor} if cursor else {}
            path = f"transactions/{mine.transaction.number}/meter-values"
            page = administrator.get(path, limit=limit, **query).json()
            seen += [each["value"] for item in page["items"] for each in item["values"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == [-7, 9, 5, 1]

    def test_the_number_of_queries_does_not_grow(self, administrator, mine, django_assert_num_queries):
        administrator.get("sites")
        for minute in range(50):
            store(mine.transaction, minute, minute, power_w=1.0)
        with django_assert_num_queries(3):
            administrator.get(f"transactions/{mine.transaction.number}/meter-values")


class TestEnergy:
    def test_a_correction_counts_in_the_totals(self, administrator, mine):
        Transaction.objects.update(ended_at=EARLY, energy_wh=21.0, energy_suspect=True)
        totals = {"count": 1, "energy_wh": 0.0, "left_out": 1, "left_out_wh": 21.0}
        assert administrator.get("transactions/totals").json() == totals
        address = f"transactions/{mine.transaction.number}/energy"
        told = administrator.post(address, {"value_wh": 21_000.0, "reason": "kWh"}).json()
        assert (told["energy_wh"], told["energy_trusted_wh"]) == (21.0, 21_000.0)
        assert administrator.get("transactions/totals").json()["energy_wh"] == 21_000.0

    @pytest.mark.parametrize("body", [{"value_wh": -1.0, "reason": "x"}, {"value_wh": 1.0, "reason": " "}])
    def test_a_correction_without_sense_is_refused(self, administrator, mine, body):
        Transaction.objects.update(ended_at=EARLY)
        address = f"transactions/{mine.transaction.number}/energy"
        assert administrator.post(address, body).status_code == 422
