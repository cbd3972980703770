"""What the environment says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from evkit.environment import Environment, read_environment


def read(tmp_path: Path, **variables: str) -> Environment:
    return read_environment({"EVKIT_DATA_DIR": str(tmp_path), **variables})


class TestTrustedProxies:
    def test_they_are_addresses_and_networks(self, tmp_path: Path) -> None:
        proxies = read(tmp_path, EVKIT_TRUSTED_PROXIES="10.0.0.7, 172.18.0.0/16,::1").trusted_proxies
        inside = ["10.0.0.7", "172.18.255.1", "::1"]
        assert [address for address in (*inside, "10.0.0.8", "172.19.0.1") if address in proxies] == inside

    @pytest.mark.parametrize("address", ["", None, "unix:", "10.0.0.7 "])
    def test_what_is_no_address_is_not_trusted(self, tmp_path: Path, address: object) -> None:
        assert address not in read(tmp_path, EVKIT_TRUSTED_PROXIES="0.0.0.0/0,::/0").trusted_proxies

    def test_nobody_is_trusted_unless_somebody_is_named(self, tmp_path: Path) -> None:
        proxies = read(tmp_path).trusted_proxies
        assert not proxies
        assert "127.0.0.1" not in proxies

    def test_a_name_is_refused_with_the_variable(self, tmp_path: Path) -> None:
        with pytest.raises(ImproperlyConfigured, match=r"EVKIT_TRUSTED_PROXIES.*'proxy'"):
            read(tmp_path, EVKIT_TRUSTED_PROXIES="proxy")


class TestClientCertificateHeader:
    def test_it_is_none_unless_it_is_set_up(self, tmp_path: Path) -> None:
        assert read(tmp_path).client_certificate_header == ""
        told = read(tmp_path, EVKIT_CLIENT_CERTIFICATE_HEADER="X-Client-Cert")
        assert told.client_certificate_header == "x-client-cert"
