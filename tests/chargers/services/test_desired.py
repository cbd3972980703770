from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from chargers.models import (
    ChargePointState,
    Command,
    ConfigurationKey,
    DesiredAvailability,
    DesiredKey,
    EvseState,
)
from chargers.ocpp.commanding import Answer, Done
from chargers.ocpp.handling import Batch
from chargers.ocpp.v16.commands.table import COMMANDS
from chargers.services.desired import UnableToDesireError, change_desired, desired_keys
from chargers.services.desired_applying import apply_availability, apply_desired
from chargers.tasks import apply_desired_state
from chargers.types import CommandState
from evkit.celery import app
from tests.factories import ChargePointFactory

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def point(db):
    made = ChargePointFactory(evses=2)
    ChargePointState.objects.filter(pk=made.pk).update(connected=True, connected_at=NOW - MINUTE)
    return made


def report(point, key, value, at=NOW, **more):
    ConfigurationKey.objects.update_or_create(
        charge_point=point, key=key, defaults={"value": value, "reported_at": at, **more}
    )


def asked():
    return [(c.action, c.payload) for c in Command.objects.order_by("pk")]


def settle_all():
    Command.objects.exclude(state=CommandState.ACCEPTED).update(state=CommandState.ACCEPTED)


class TestConfiguration:
    def test_a_key_that_was_not_reported_is_read_first(self, point):
        change_desired(charge_point=point, key="Interval", value="30", now=NOW)
        apply_desired(now=NOW)
        apply_desired(now=NOW)
        assert asked() == [("GetConfiguration", {"key": ["Interval"]})]

    def test_another_value_is_changed_once_until_a_restart(self, point):
        change_desired(charge_point=point, key="interval", value="30", now=NOW - MINUTE)
        report(point, "Interval", "60")
        apply_desired(now=NOW)
        change = ("ChangeConfiguration", {"key": "Interval", "value": "30"})
        assert asked() == [change]
        settle_all()
        apply_desired(now=NOW + MINUTE)
        assert asked() == [change]
        ChargePointState.objects.update(booted_at=NOW + 2 * MINUTE)
        apply_desired(now=NOW + 3 * MINUTE)
        settle_all()
        assert asked()[1:] == [("GetConfiguration", {"key": ["Interval"]})]
        report(point, "Interval", "60", NOW + 4 * MINUTE)
        apply_desired(now=NOW + 5 * MINUTE)
        assert asked()[2:] == [change]

    @pytest.mark.parametrize(
        ("value", "more"), [(" 30", {}), ("60", {"readonly": True}), (None, {"known": False})]
    )
    def test_what_fits_or_cannot_be_changed_is_left(self, point, value, more):
        change_desired(charge_point=point, key="Interval", value="30", now=NOW)
        report(point, "Interval", value, **more)
        apply_desired(now=NOW)
        assert asked() == []

    def test_a_key_that_is_never_reported_holds_up_no_other(self, point):
        change_desired(charge_point=point, key="Silent", value="1", now=NOW - MINUTE)
        change_desired(charge_point=point, key="Interval", value="30", now=NOW - MINUTE)
        report(point, "Interval", "60")
        apply_desired(now=NOW)
        settle_all()
        apply_desired(now=NOW + MINUTE)
        change = ("ChangeConfiguration", {"key": "Interval", "value": "30"})
        assert asked() == [("GetConfiguration", {"key": ["Silent"]}), change]

    def test_a_new_wish_does_not_wait(self, point):
        change_desired(charge_point=point, key="Interval", value="30", now=NOW - MINUTE)
        report(point, "Interval", "60")
        apply_desired(now=NOW)
        settle_all()
        change_desired(charge_point=point, key="Interval", value="20", now=NOW + MINUTE)
        apply_desired(now=NOW + 2 * MINUTE)
        assert asked()[-1] == ("ChangeConfiguration", {"key": "Interval", "value": "20"})

    @pytest.mark.parametrize(
        "state", [{"connected": False}, {"connected_at": NOW}], ids=["offline", "just connected"]
    )
    def test_nothing_is_asked_of_one_that_is_not_settled(self, point, state):
        change_desired(charge_point=point, key="Interval", value="30", now=NOW)
        ChargePointState.objects.update(**state)
        apply_desired(now=NOW)
        assert asked() == []

    def test_the_site_decides_where_the_charge_point_has_no_value_of_its_own(self, point):
        other = ChargePointFactory(site=point.site)
        for key, value in (("A", "site"), ("B", "site")):
            DesiredKey.objects.create(site=point.site, key=key, value=value, set_at=NOW)
        change_desired(charge_point=point, key="a", value="own", now=NOW)
        found = desired_keys([point, other])
        assert {key: row.value for key, row in found[point.pk].items()} == {"a": "own", "b": "site"}
        assert {key: row.value for key, row in found[other.pk].items()} == {"a": "site", "b": "site"}
        change_desired(charge_point=point, key="A", value=None, now=NOW)
        assert desired_keys([point])[point.pk]["a"].value == "site"

    @pytest.mark.parametrize(
        ("key", "value"), [("AuthorizationKey", "x"), ("", "x"), ("k" * 51, "x"), ("k", "x" * 501)]
    )
    def test_secrets_and_what_is_too_long_are_refused(self, point, key, value):
        with pytest.raises(UnableToDesireError):
            change_desired(charge_point=point, key=key, value=value, now=NOW)

    def test_a_key_is_desired_once(self, point):
        change_desired(charge_point=point, key="A", value="1", now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            DesiredKey.objects.create(charge_point=point, key="a", value="2", set_at=NOW)


def accept(point, connector, kind, status="Accepted"):
    payload = {"connectorId": connector, "type": kind}
    command = Command.objects.create(
        charge_point=point, action="ChangeAvailability", payload=payload, created_at=NOW - 9 * MINUTE,
        deadline=NOW,
    )  # fmt: skip
    answer = Answer(request=payload, message=object(), payload={"status": status})
    done = COMMANDS["ChangeAvailability"].on_answer(command, answer, Batch(NOW - 9 * MINUTE))
    assert isinstance(done, Done)
    Command.objects.filter(pk=command.pk).update(state=done.state)


def tell(point, number, status, at):
    EvseState.objects.filter(evse__charge_point=point, evse__number=number).update(
        status=status, status_at=at
    )


class TestAvailability:
    def test_it_is_asked_for_again_once_per_connection(self, point):
        accept(point, 1, "Inoperative")
        tell(point, 1, "Available", NOW - MINUTE)
        apply_availability(now=NOW)
        settle_all()
        apply_availability(now=NOW + MINUTE)
        wanted = ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
        assert asked()[1:] == [wanted]
        ChargePointState.objects.update(booted_at=NOW + 2 * MINUTE)
        apply_availability(now=NOW + 3 * MINUTE)
        assert asked()[1:] == [wanted]
        tell(point, 1, "Available", NOW + 3 * MINUTE)
        apply_availability(now=NOW + 3 * MINUTE)
        assert asked()[1:] == [wanted, wanted]

    def test_what_is_as_desired_is_left(self, point):
        accept(point, 1, "Inoperative", "Scheduled")
        tell(point, 1, "Unavailable", NOW)
        apply_availability(now=NOW)
        assert len(asked()) == 1

    def test_a_refused_change_is_not_desired(self, point):
        accept(point, 1, "Inoperative", "Rejected")
        assert not DesiredAvailability.objects.exists()

    def test_the_whole_charge_point_replaces_its_connectors(self, point):
        accept(point, 1, "Inoperative")
        accept(point, 0, "Operative")
        assert list(DesiredAvailability.objects.values_list("connector", "operative")) == [(0, True)]

    def test_it_is_run_regularly(self):
        assert apply_desired_state.name in [entry["task"] for entry in app.conf.beat_schedule.values()]
