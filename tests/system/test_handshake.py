"""The handshake of charge points, odd ones too, on uvicorn and on daphne (which can refuse only with 403)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.handshake import Handshake, Reply, shake
from tests.support.prepared import prepare
from tests.support.server import Server

SECRET = "0123456789abcdef"
RAW_SECRET = bytes(range(200, 220))

SITE = f"""
sites:
  - {{code: depot, name: {{fr: D, en: D}}, timezone: Europe/Paris}}
charge_points:
  - {{identity: OPEN, site: depot, connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
  - {{identity: "Zoé 1", site: depot, connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
  - {{identity: SAFE, site: depot, security_profile: 1, password: "{SECRET}",
      connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
  - {{identity: GUESSED, site: depot, security_profile: 1, password: "{SECRET}",
      connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
  - {{identity: THROTTLED, site: depot, security_profile: 1, password: "{SECRET}",
      connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
  - {{identity: "WITH:COLON", site: depot, security_profile: 1, password: "{SECRET}",
      connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
  - {{identity: BINARY, site: depot, security_profile: 1, password: "{RAW_SECRET.hex()}",
      connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
  - {{identity: TLS, site: depot, security_profile: 2, password: "{SECRET}",
      connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}
"""

COMMANDS = {
    "uvicorn": "evkit serve --port {port}",
    "daphne": "daphne -b 127.0.0.1 -p {port} --websocket_timeout -1 evkit.asgi:application",
}


@pytest.fixture(scope="module", params=list(COMMANDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp(kind)
    server = Server(data_dir=folder, command=COMMANDS[kind])
    prepare(server)
    site = folder / "site.yaml"
    site.write_text(SITE, encoding="utf-8")
    server.manage("apply_config", str(site))
    server.start()
    yield server
    server.stop()


def refused(kind: str, status: int) -> int:
    """The status with which a server refuses: daphne knows only 403."""
    return status if kind == "uvicorn" else 403


def answers(reply: Reply) -> bool:
    """Tell whether the connection lives: a Heartbeat is answered."""
    reply.send_text(b'[2,"hb","Heartbeat",{}]')
    opcode, payload = reply.receive()
    return opcode == 1 and json.loads(payload)[:2] == [3, "hb"]


class TestSubprotocol:
    @pytest.mark.parametrize(
        ("offered", "chosen"),
        [
            ("ocpp1.6", "ocpp1.6"),
            ("OCPP1.6", "OCPP1.6"),
            ("ocpp2.0.1, ocpp1.6", "ocpp1.6"),
            ("ocpp1.6,ocpp1.5", "ocpp1.6"),
        ],
    )
    def test_is_chosen_among_those_offered_and_echoed_as_offered(
        self, server: Server, offered: str, chosen: str
    ) -> None:
        reply = shake(server.port, Handshake("/ocpp/OPEN", offered))
        assert reply.status == 101
        assert reply.headers["sec-websocket-protocol"] == chosen
        assert answers(reply)
        reply.close()

    def test_may_be_missing_and_none_is_then_answered(self, server: Server) -> None:
        reply = shake(server.port, Handshake("/ocpp/OPEN", None))
        assert reply.status == 101
        assert "sec-websocket-protocol" not in reply.headers
        assert answers(reply)
        reply.close()

    def test_that_evkit_does_not_speak_is_refused(self, server: Server, kind: str) -> None:
        reply = shake(server.port, Handshake("/ocpp/OPEN", "soap, ocpp1.2"))
        assert reply.status == refused(kind, 400)
        reply.close()


class TestIdentity:
    @pytest.mark.parametrize(
        "target",
        [
            "/ocpp/OPEN",
            "/ocpp//OPEN",
            "//ocpp/OPEN",
            "/ocpp/OPEN/",
            "/ocpp/some/prefix/OPEN",
            "/ocpp/%4FPEN",
            "/ocpp/Zo%C3%A9%201",
        ],
    )
    def test_is_the_last_segment_of_the_path_decoded_once(
        self, server: Server, kind: str, target: str
    ) -> None:
        if kind == "daphne" and target.startswith("//"):
            pytest.skip("daphne takes what follows two slashes for a host name; uvicorn serves charge points")
        reply = shake(server.port, Handshake(target))
        assert reply.status == 101
        assert answers(reply)
        reply.close()

    def test_may_come_in_a_whole_url(self, server: Server, kind: str) -> None:
        reply = shake(server.port, Handshake(f"ws://server.local:{server.port}/ocpp/OPEN"))
        if kind == "daphne":
            assert reply.status in {101, 400, 403, 404}
        else:
            assert reply.status == 101
            assert answers(reply)
        reply.close()

    @pytest.mark.parametrize("target", ["/ocpp/NOBODY", "/ocpp/%2520", "/ocpp/OPEN%00"])
    def test_that_is_unknown_is_refused(self, server: Server, kind: str, target: str) -> None:
        reply = shake(server.port, Handshake(target))
        assert reply.status == refused(kind, 404)
        reply.close()

    def test_that_is_missing_is_refused(self, server: Server, kind: str) -> None:
        reply = shake(server.port, Handshake("/ocpp/"))
        assert reply.status == refused(kind, 404)
        reply.close()


class TestCredentials:
    @pytest.mark.parametrize(
        ("identity", "authorization"),
        [
            ("SAFE", b"SAFE:" + SECRET.encode()),
            ("WITH:COLON", b"WITH:COLON:" + SECRET.encode()),
            ("BINARY", b"BINARY:" + RAW_SECRET),
            ("BINARY", b"BINARY:" + RAW_SECRET.hex().encode()),
        ],
    )
    def test_that_are_right_open_the_door(self, server: Server, identity: str, authorization: bytes) -> None:
        reply = shake(server.port, Handshake(f"/ocpp/{identity}", authorization=authorization))
        assert reply.status == 101
        assert answers(reply)
        reply.close()

    @pytest.mark.parametrize(
        "authorization",
        [None, b"GUESSED:wrong-password", b"OPEN:" + SECRET.encode(), b"GUESSED", b"\xff\xfe"],
    )
    def test_that_are_wrong_are_refused(self, server: Server, kind: str, authorization: bytes | None) -> None:
        reply = shake(server.port, Handshake("/ocpp/GUESSED", authorization=authorization))
        assert reply.status in {refused(kind, 401), refused(kind, 429)}
        if reply.status == 401:
            assert reply.headers["www-authenticate"].startswith("Basic")
        reply.close()

    def test_failing_again_and_again_are_throttled(self, server: Server, kind: str) -> None:
        statuses = []
        for _attempt in range(9):
            reply = shake(server.port, Handshake("/ocpp/THROTTLED", authorization=b"THROTTLED:guess-guess"))
            statuses.append(reply.status)
            reply.close()
        assert statuses[0] == refused(kind, 401)
        assert statuses[-1] == refused(kind, 429)

    def test_are_not_taken_over_a_plain_link_by_a_charge_point_of_profile_2(
        self, server: Server, kind: str
    ) -> None:
        reply = shake(server.port, Handshake("/ocpp/TLS", authorization=b"TLS:" + SECRET.encode()))
        assert reply.status == refused(kind, 403)
        reply.close()

    def test_forwarded_headers_of_strangers_are_not_believed(self, server: Server, kind: str) -> None:
        handshake = Handshake(
            "/ocpp/TLS", authorization=b"TLS:" + SECRET.encode(), extra={"X-Forwarded-Proto": "https"}
        )
        reply = shake(server.port, handshake)
        assert reply.status == refused(kind, 403)
        reply.close()


class TestOddities:
    def test_a_missing_connection_header_is_added(self, server: Server, kind: str) -> None:
        if kind == "daphne":
            pytest.skip("daphne has no place to mend a handshake; uvicorn serves charge points")
        for connection in (None, "keep-alive", "keep-alive, Upgrade"):
            reply = shake(server.port, Handshake("/ocpp/OPEN", connection=connection))
            assert reply.status == 101
            assert answers(reply)
            reply.close()

    def test_an_oversize_frame_closes_with_1009(self, server: Server, kind: str) -> None:
        reply = shake(server.port, Handshake("/ocpp/OPEN"))
        try:
            reply.send_text(b'[2,"big","DataTransfer",{"vendorId":"' + b"x" * (2 * 1024 * 1024) + b'"}]')
            opcode, payload = reply.receive()
        except (BrokenPipeError, ConnectionResetError):
            assert kind == "daphne", "uvicorn closes in order"
        else:
            assert opcode == 8
            if kind == "uvicorn":
                assert int.from_bytes(payload[:2], "big") == 1009
        reply.close()
        after = shake(server.port, Handshake("/ocpp/OPEN"))
        assert answers(after)
        after.close()

    def test_a_message_of_endless_empty_fragments_closes_with_1009(self, server: Server, kind: str) -> None:
        if kind == "daphne":
            pytest.skip("daphne takes any number of fragments")
        reply = shake(server.port, Handshake("/ocpp/OPEN"))
        reply.socket.sendall(b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 5_000)
        opcode, payload = reply.receive()
        assert (opcode, int.from_bytes(payload[:2], "big")) == (8, 1009)
        reply.close()

    def test_a_malformed_url_is_taken_by_its_last_segment(self, server: Server, kind: str) -> None:
        if kind == "daphne":
            pytest.skip("daphne takes what follows two slashes for a host name; uvicorn serves charge points")
        assert shake(server.port, Handshake("http://[::1/ocpp/OPEN")).status == 101

    def test_a_refusal_is_no_error_in_the_log(self, server: Server, kind: str) -> None:
        before = len(server.log())
        shake(server.port, Handshake("/ocpp/NOBODY")).close()
        shake(server.port, Handshake("/ocpp/OPEN")).close()
        assert "ERROR" not in server.log()[before:]

    def test_compression_is_not_negotiated_for_1_6(self, server: Server) -> None:
        extra = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
        reply = shake(server.port, Handshake("/ocpp/OPEN", extra=extra))
        assert reply.status == 101
        assert "sec-websocket-extensions" not in reply.headers
        assert answers(reply)
        reply.close()

    def test_the_newest_socket_wins(self, server: Server) -> None:
        old = shake(server.port, Handshake("/ocpp/OPEN"))
        assert answers(old)
        new = shake(server.port, Handshake("/ocpp/OPEN"))
        assert old.receive()[0] == 8
        assert answers(new)
        old.close()
        assert answers(new)
        new.close()
