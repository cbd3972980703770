from __future__ import annotations

from dataclasses import dataclass

import pytest

from chargers.services.passwords import (
    UnusablePasswordError,
    generate_key,
    next_password_matches,
    offer_password,
    password_digest,
    password_matches,
    promote_password,
    set_password,
    store_password,
)
from evkit.core.recorders import Actor
from history.models import AuditEntry
from tests.factories import ChargePointFactory

HEX = "0011223344556677889900aabbccddeeff001122"


@dataclass(frozen=True)
class Facts:
    identity: str
    password_digest: str


def facts(password: str, identity: str = "CP_1") -> Facts:
    return Facts(identity, password_digest(identity, password.encode()))


class TestPasswordMatches:
    def test_the_right_password_of_the_right_charge_point_only(self):
        assert password_matches(facts("correct-horse"), b"correct-horse")
        assert not password_matches(facts("correct-horse"), b"correct-horsf")
        assert not password_matches(Facts("CP_2", facts("correct-horse").password_digest), b"correct-horse")

    @pytest.mark.parametrize("password", [None, b"", b"anything"])
    def test_nothing_matches_where_no_password_is_set(self, password):
        assert not password_matches(Facts("CP_1", ""), password)

    def test_no_password_does_not_match(self):
        assert not password_matches(facts("correct-horse"), None)

    @pytest.mark.parametrize("stored", [HEX, HEX.upper()])
    @pytest.mark.parametrize("sent", [HEX.encode(), HEX.upper().encode(), bytes.fromhex(HEX)])
    def test_forty_hex_digits_are_twenty_raw_bytes(self, stored, sent):
        assert password_matches(facts(stored), sent)

    def test_identity_and_password_do_not_run_into_each_other(self):
        assert password_digest("AB", b"C") != password_digest("A", b"BC")


@pytest.mark.django_db
class TestSetPassword:
    def test_stores_a_digest_and_journals_without_the_password(self):
        charge_point = ChargePointFactory()
        set_password(charge_point=charge_point, password="correct-horse", actor=Actor(None, "ann"))
        charge_point.refresh_from_db()
        assert len(charge_point.password_digest) == 64
        assert password_matches(charge_point, b"correct-horse")
        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.object_key) == ("set_password", charge_point.identity)
        assert "correct-horse" not in repr(AuditEntry.objects.values().get())

    def test_an_empty_one_removes_it(self):
        charge_point = ChargePointFactory(password_digest="x" * 64)
        set_password(charge_point=charge_point, password="", actor=Actor())
        charge_point.refresh_from_db()
        assert charge_point.password_digest == ""

    @pytest.mark.parametrize("password", ["short", "x" * 256, "tab\tinside-it"])
    def test_unusable_ones_are_refused(self, password):
        charge_point = ChargePointFactory()
        with pytest.raises(UnusablePasswordError):
            set_password(charge_point=charge_point, password=password, actor=Actor())
        charge_point.refresh_from_db()
        assert charge_point.password_digest == ""


@pytest.mark.django_db
class TestChangeOfPassword:
    OLD, NEW = "correct-horse", HEX

    @pytest.fixture
    def charge_point(self):
        charge_point = ChargePointFactory()
        store_password(charge_point, self.OLD)
        offer_password(charge_point, self.NEW)
        return charge_point

    def test_both_are_valid_until_the_new_one_has_worked(self, charge_point):
        assert password_matches(charge_point, self.OLD.encode())
        assert next_password_matches(charge_point, bytes.fromhex(self.NEW))
        assert promote_password(charge_point.pk, charge_point.next_password_digest)
        charge_point.refresh_from_db()
        assert not password_matches(charge_point, self.OLD.encode())
        assert password_matches(charge_point, bytes.fromhex(self.NEW))
        assert charge_point.next_password_digest == ""

    def test_one_that_another_offer_replaced_does_not_take_over(self, charge_point):
        superseded = charge_point.next_password_digest
        offer_password(charge_point, "another-password")
        assert not promote_password(charge_point.pk, superseded)
        charge_point.refresh_from_db()
        assert password_matches(charge_point, self.OLD.encode())

    def test_an_administrator_s_password_drops_the_offered_one(self, charge_point):
        set_password(charge_point=charge_point, password="set-by-hand", actor=Actor(None, "ann"))
        charge_point.refresh_from_db()
        assert not next_password_matches(charge_point, self.NEW.encode())

    def test_hexadecimal_digits_of_both_cases_are_one_key(self, charge_point):
        store_password(charge_point, "aA" * 20)
        assert password_matches(charge_point, bytes.fromhex("aa" * 20))
        assert password_matches(charge_point, b"Aa" * 20)


def test_a_generated_key_is_forty_hexadecimal_digits_and_never_the_same():
    first, second = generate_key(), generate_key()
    assert len(bytes.fromhex(first)) == 20
    assert first != second
