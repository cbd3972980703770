"""Served mode behind a proxy that ends real TLS connections and passes the client's certificate on."""

from __future__ import annotations

import ssl
import urllib.parse
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage

from tests.conftest import run_server
from tests.support.certificates import ec_key, self_signed
from tests.support.databases import own_database, redis_url
from tests.support.server import Server
from tests.support.tls_proxy import tls_proxy
from tests.system.test_tls import PASSWORD, POINT, SITE, Place, revoke

pytestmark = [pytest.mark.timeout(400), pytest.mark.postgres, pytest.mark.redis]
TRUST = {"EVKIT_TRUSTED_PROXIES": "127.0.0.0/8", "EVKIT_CLIENT_CERTIFICATE_HEADER": "X-Client-Cert"}


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A served process; the proxy's port takes the place of its own TLS port."""
    folder = tmp_path_factory.mktemp("proxied")
    site = folder / "site.yaml"
    points = [POINT.format(name="TLS", profile=2, password=PASSWORD)]
    points += [
        POINT.format(name=name, profile=3, password="").replace(' password: "",', "")
        for name in ("CERT", "OTHER", "REVOKED")
    ]
    site.write_text(SITE + "".join(points), encoding="utf-8")
    with own_database() as url:
        server = Server(
            data_dir=folder, database_url=url, redis_url=redis_url(), extra_environment=dict(TRUST)
        )
        for running in run_server(server, site):
            printed = running.manage("create_api_token", "tls", "--role", "administrator")
            token = next(word for word in printed.split() if word.startswith("evkit_"))
            root = running.get("authority", token)["certificate"]
            with tls_proxy(_context(running, root), running.port) as port:
                running.tls_port = port
                yield Place(running, folder, root, token)


def _context(server: Server, root: str) -> ssl.SSLContext:
    """Return the proxy's side: a certificate of evkit's own authority, clients may show theirs."""
    server.shell(
        "from pathlib import Path\n"
        "from evkit.core.clock import utc_now\n"
        "from evkit.tls import TlsServer, TlsSettings\n"
        f"TlsServer(TlsSettings(Path({str(server.data_dir)!r})), now=utc_now())"
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=root)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_cert_chain(server.data_dir / "server.pem")
    return context


def test_profile_2_takes_the_password_over_the_proxys_tls_only(proxied: Place) -> None:
    assert proxied.status("TLS", password=PASSWORD) == 101
    assert proxied.status("TLS", password="wrong-password-1") == 401
    assert proxied.status("TLS", tls=False, password=PASSWORD) == 403


def test_profile_3_takes_the_certificate_whose_key_the_client_has(proxied: Place) -> None:
    identity = proxied.issued("CERT")
    assert proxied.status("CERT", tls=identity) == 101
    assert proxied.status("CERT") == 401
    assert proxied.status("CERT", tls=proxied.issued("OTHER")) == 401


def test_a_certificate_that_a_client_writes_into_the_header_itself_is_none(proxied: Place) -> None:
    told = urllib.parse.quote(proxied.issued("CERT").certificate)
    assert proxied.status("CERT", headers={"X-Client-Cert": told}) == 401


def test_a_revoked_one_opens_nothing_any_more(proxied: Place) -> None:
    identity = proxied.issued("REVOKED")
    assert proxied.status("REVOKED", tls=identity) == 101
    revoke(proxied, "REVOKED", identity)
    assert proxied.status("REVOKED", tls=identity) == 401


def test_one_that_a_client_signed_itself_does_not_pass_the_proxy(proxied: Place) -> None:
    key = ec_key()
    itself = proxied.identity("itself", key=key, certificate=self_signed(key, "CERT"))
    with pytest.raises((OSError, InvalidMessage, ConnectionClosed)):
        proxied.status("CERT", tls=itself)
