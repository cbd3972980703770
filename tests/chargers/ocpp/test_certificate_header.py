"""How proxies tell the client's certificate."""

from __future__ import annotations

import base64
import ssl
import urllib.parse

import pytest

from chargers.ocpp.handshake import read_certificate_header
from tests.support.certificates import ec_key, self_signed

PEM = self_signed(ec_key(), "CP_1")
DER = ssl.PEM_cert_to_DER_cert(PEM)
BASE64 = base64.b64encode(DER).decode()


@pytest.mark.parametrize(
    "told",
    [
        urllib.parse.quote(PEM),
        urllib.parse.quote(PEM, safe=""),
        PEM.replace("\n", "\t"),
        f":{BASE64}:",
        BASE64,
        f"  {BASE64} ",
    ],
)
def test_every_usual_form_is_read(told: str) -> None:
    assert read_certificate_header(told.encode()) == DER


@pytest.mark.parametrize("told", [None, b"", b"(null)", b"::", b"\xff\xfe", b"A" * 20_000, b"not base64!"])
def test_what_is_none_is_none(told: bytes | None) -> None:
    assert read_certificate_header(told) is None
