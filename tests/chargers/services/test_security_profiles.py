"""Security profiles are only ever raised, by whichever way (security whitepaper §2.2, A05)."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePoint, Command, InstalledCertificate, IssuedCertificate
from chargers.services.commands import queue_command
from chargers.services.desired import UnableToDesireError, change_desired
from chargers.services.passwords import store_password
from chargers.services.security_profiles import (
    ProfileLoweredError,
    ProfileUnpreparedError,
    promote_profile,
    raise_profile,
)
from chargers.services.topology import save_charge_point
from evkit.console.config_file.nodes import Source
from evkit.console.config_file.problems import ConfigurationRefusedError
from evkit.console.config_file.service import apply_configuration
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from sites.services.users import create_user
from sites.types import Role
from tests.chargers.exchange import NOW, Socket
from tests.factories import ChargePointFactory, SiteFactory

pytestmark = pytest.mark.django_db


def prepared(profile: int = 1) -> ChargePoint:
    """A charge point with everything that any profile needs."""
    point: ChargePoint = ChargePointFactory(security_profile=profile)
    store_password(point, "0123456789abcdef")
    InstalledCertificate.objects.create(
        charge_point=point, use="CentralSystemRootCertificate", hash_algorithm="SHA256", issuer_name_hash="a",
        issuer_key_hash="b", serial_number="1", seen_at=NOW,
    )  # fmt: skip
    IssuedCertificate.objects.create(
        charge_point=point, serial_number=f"1{point.pk}", fingerprint=f"f{point.pk}", common_name="x",
        certificate="", state="accepted", issued_at=NOW, not_before=NOW, not_after=NOW.replace(year=2030),
    )  # fmt: skip
    return point


def ask(point: ChargePoint, value: str, key: str = "SecurityProfile") -> Command:
    return queue_command(
        charge_point=point, action="ChangeConfiguration", payload={"key": key, "value": value}, now=NOW
    )


class TestAsking:
    @pytest.mark.parametrize("status", ["Accepted", "RebootRequired", None])
    def test_an_accepted_change_is_awaited_and_nothing_more(self, status: str | None) -> None:
        point = prepared()
        socket = Socket(point)
        raise_profile(charge_point=point, profile=2, now=NOW)
        claim = socket.expect()
        if status:
            socket.confirm(claim, {"status": status})
        else:
            socket.ignore(claim)
        point.refresh_from_db()
        assert (point.security_profile, point.next_security_profile) == (1, 2)

    def test_a_refused_change_is_not_awaited(self) -> None:
        point = prepared()
        socket = Socket(point)
        raise_profile(charge_point=point, profile=2, now=NOW)
        socket.confirm(socket.expect(), {"status": "Rejected"})
        point.refresh_from_db()
        assert point.next_security_profile == 0

    @pytest.mark.parametrize("key", ["SecurityProfile", "securityprofile", " SECURITYPROFILE"])
    @pytest.mark.parametrize("value", ["0", "1", "-1", "two", "4", ""])
    def test_whoever_asks_for_less_or_nonsense_nothing_is_sent(self, key: str, value: str) -> None:
        point = prepared(2)
        command = ask(point, value, key)
        assert Socket(point).claim() is None
        command.refresh_from_db()
        assert command.state == "failed"
        assert command.error

    @pytest.mark.parametrize(
        ("profile", "lacking"),
        [(1, "password"), (2, "password"), (2, "root"), (3, "root"), (3, "certificate")],
    )
    def test_what_a_profile_needs_must_be_there(self, profile: int, lacking: str) -> None:
        point = prepared(0)
        raise_profile(charge_point=point, profile=profile, now=NOW)
        if lacking == "password":
            store_password(point, "")
        elif lacking == "root":
            InstalledCertificate.objects.update(doubtful=True)
        else:
            IssuedCertificate.objects.update(revoked_at=NOW)
        with pytest.raises(ProfileUnpreparedError, match=lacking):
            raise_profile(charge_point=point, profile=profile, now=NOW)


class TestPromoting:
    def test_it_is_recorded_once(self) -> None:
        point = ChargePointFactory(security_profile=1, next_security_profile=2)
        promote_profile(point.pk, 2)
        promote_profile(point.pk, 2)
        promote_profile(point.pk, 1)
        point.refresh_from_db()
        assert (point.security_profile, point.next_security_profile) == (2, 0)
        assert AuditEntry.objects.filter(verb="raise_security_profile").count() == 1


class TestNothingLowers:
    def test_the_service_does_not(self) -> None:
        point = ChargePointFactory(security_profile=2)
        point.security_profile = 1
        with pytest.raises(ProfileLoweredError):
            save_charge_point(charge_point=point, actor=SYSTEM)
        point.refresh_from_db()
        assert point.security_profile == 2

    def test_the_administration_does_not(self, client: Client) -> None:
        client.force_login(create_user(username="root", role=Role.ADMINISTRATOR, actor=SYSTEM))
        point = ChargePointFactory(security_profile=2)
        url = reverse("admin:chargers_chargepoint_change", args=[point.pk])
        form = {
            "identity": point.identity, "site": point.site_id, "position": 0, "priority": 0,
            "registration": "accepted", "heartbeat_interval_s": 60, "quirk_switches": "{}",
            "security_profile": 1, "evses-TOTAL_FORMS": 0, "evses-INITIAL_FORMS": 0,
        }  # fmt: skip
        response = client.post(url, form)
        assert response.status_code == 200
        assert "it is never lowered from here" in response.content.decode()
        assert client.post(url, form | {"security_profile": 3}).status_code == 302
        point.refresh_from_db()
        assert point.security_profile == 3

    def test_a_configuration_file_does_not_and_says_where(self) -> None:
        site = SiteFactory(code="depot")
        point = ChargePointFactory(site=site, identity="CP_1", security_profile=2)
        text = "charge_points:\n  - {identity: CP_1, site: depot, security_profile: %d}\n"
        with pytest.raises(ConfigurationRefusedError, match=r"depot\.yaml:2: .*never lowered"):
            apply_configuration(source=Source("depot.yaml", text % 1), now=NOW)
        apply_configuration(source=Source("depot.yaml", text % 3), now=NOW)
        point.refresh_from_db()
        assert point.security_profile == 3

    def test_it_is_no_desired_value(self) -> None:
        with pytest.raises(UnableToDesireError, match="command of its own"):
            change_desired(charge_point=ChargePointFactory(), key="securityProfile", value="0", now=NOW)

    def test_only_the_servers_own_command_does(self) -> None:
        point = ChargePointFactory(security_profile=3, next_security_profile=0)
        out = StringIO()
        call_command("lower_security_profile", point.identity, "1", stdout=out)
        point.refresh_from_db()
        assert point.security_profile == 1
        assert re.search("3 -> 1", out.getvalue())
        entry = AuditEntry.objects.get(verb="lower_security_profile")
        assert (entry.user_name, entry.object_key) == ("manage.py", point.identity)
