from __future__ import annotations

import pytest
from django.db import transaction

from charging.metering.codec import CAPACITY
from charging.metering.vendor_names import VendorNames, names_of
from charging.metering.vocabulary import FIRST_VENDOR, OTHER, STANDARD, Kind
from charging.models import Measurand


class TestStandard:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_names_of_the_specification_leave_room_for_vendors(self, kind):
        assert list(STANDARD[kind].values()) == list(range(len(STANDARD[kind])))
        assert len(STANDARD[kind]) < OTHER

    def test_they_need_no_database(self):
        assert VendorNames().number(Kind.LOCATION, "Outlet") == 0


@pytest.mark.django_db(transaction=True, reset_sequences=True)
class TestVendors:
    def test_processes_agree(self):
        numbers = [VendorNames().number(Kind.MEASURAND, "Fan.Speed") for _ in range(2)]
        assert numbers == [FIRST_VENDOR + Measurand.objects.get().pk] * 2
        assert names_of({numbers[0], 3}) == {numbers[0]: "Fan.Speed"}

    def test_a_name_is_settled_once_it_is_committed(self, django_assert_num_queries):
        names = VendorNames()
        with transaction.atomic():
            names.number(Kind.UNIT, "krpm")
            assert not names.knows(Kind.UNIT, "krpm")
        assert names.knows(Kind.UNIT, "krpm")
        with django_assert_num_queries(0):
            names.number(Kind.UNIT, "krpm")

    def test_a_name_rolled_back_is_not_remembered(self):
        names = VendorNames()
        with transaction.atomic():
            names.number(Kind.UNIT, "krpm")
            transaction.set_rollback(True)
        assert not names.knows(Kind.UNIT, "krpm")
        assert names.number(Kind.UNIT, "krpm") == FIRST_VENDOR + Measurand.objects.get().pk

    def test_the_same_name_of_two_kinds_is_two(self):
        names = VendorNames()
        assert names.number(Kind.UNIT, "x") != names.number(Kind.PHASE, "x")

    def test_beyond_the_capacity_names_are_other(self):
        Measurand.objects.create(pk=CAPACITY[Kind.UNIT], kind="unit", name="late")
        assert VendorNames().number(Kind.UNIT, "late") == OTHER
        assert VendorNames().number(Kind.MEASURAND, "early") < CAPACITY[Kind.MEASURAND]

    @pytest.mark.parametrize("name", ["nul\x00", "x" * 1000, "\ud800"])
    def test_any_text_can_be_a_name(self, name):
        assert VendorNames().number(Kind.MEASURAND, name) >= FIRST_VENDOR
