from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import Command, ConfigurationKey
from chargers.types import CommandState
from evkit.console.selectors.configuration import configuration_lines
from tests.factories import EARLY, ChargePointFactory


@pytest.fixture
def charge_point(db):
    return ChargePointFactory()


def report(charge_point, key, value, *, minutes=0, **fields):
    at = EARLY + timedelta(minutes=minutes)
    ConfigurationKey.objects.create(charge_point=charge_point, key=key, value=value, reported_at=at, **fields)


def accept(charge_point, key, value, *, minutes=0, state=CommandState.ACCEPTED):
    at = EARLY + timedelta(minutes=minutes)
    payload = {"key": key, "value": value}
    Command.objects.create(
        charge_point=charge_point, action="ChangeConfiguration", payload=payload, state=state,
        created_at=at, deadline=at, finished_at=at,
    )  # fmt: skip


def line(charge_point, key):
    return next(each for each in configuration_lines(charge_point.pk) if each.key == key)


class TestConfigurationLines:
    def test_another_value_than_the_accepted_one_drifts(self, charge_point):
        accept(charge_point, "heartbeatinterval", "60")
        report(charge_point, "HeartbeatInterval", "300", minutes=1)
        found = line(charge_point, "HeartbeatInterval")
        assert (found.value, found.desired, found.drifts) == ("300", "60", True)

    def test_a_value_read_before_the_change_is_no_drift(self, charge_point):
        report(charge_point, "HeartbeatInterval", "300")
        accept(charge_point, "HeartbeatInterval", "60", minutes=1)
        assert not line(charge_point, "HeartbeatInterval").drifts

    def test_case_and_blanks_are_no_drift(self, charge_point):
        accept(charge_point, "LocalPreAuthorize", "True")
        report(charge_point, "LocalPreAuthorize", "true ", minutes=1)
        assert not line(charge_point, "LocalPreAuthorize").drifts

    def test_a_refused_change_is_not_wanted(self, charge_point):
        accept(charge_point, "HeartbeatInterval", "60", state=CommandState.REJECTED)
        report(charge_point, "HeartbeatInterval", "300", minutes=1)
        assert line(charge_point, "HeartbeatInterval").desired is None

    def test_secrets_are_never_told(self, charge_point):
        accept(charge_point, "AuthorizationKey", "***")
        report(charge_point, "AuthorizationKey", "tell nobody", minutes=1)
        found = line(charge_point, "AuthorizationKey")
        assert (found.secret, found.value, found.desired, found.drifts) == (True, None, None, False)

    def test_unknown_keys_come_last_and_searching_finds_keys_and_values(self, charge_point):
        report(charge_point, "Aaa", None, known=False)
        report(charge_point, "Zzz", "needle")
        accept(charge_point, "Mmm", "1")
        assert [each.key for each in configuration_lines(charge_point.pk)] == ["Mmm", "Zzz", "Aaa"]
        assert [each.key for each in configuration_lines(charge_point.pk, "NEEDLE")] == ["Zzz"]
        assert [each.key for each in configuration_lines(charge_point.pk, "mm")] == ["Mmm"]
