from __future__ import annotations

import json

import pytest

from chargers.services.secrets import MASK, mask_frame, mask_payload, open_payload, seal_payload

CHANGE = {"key": "AuthorizationKey", "value": "hush-hush"}


class TestSealing:
    def test_a_secret_is_encrypted_and_comes_back(self):
        sealed = seal_payload(CHANGE)
        assert "hush" not in json.dumps(sealed)
        assert open_payload(sealed) == CHANGE

    def test_two_seals_differ(self):
        assert seal_payload(CHANGE) != seal_payload(CHANGE)

    @pytest.mark.parametrize("payload", [{}, {"key": "HeartbeatInterval", "value": "1"}, {"key": ["A"]}])
    def test_everything_else_is_left_alone(self, payload):
        assert seal_payload(payload) == payload
        assert open_payload(payload) == payload
        assert mask_payload(payload) == payload


class TestAddresses:
    OURS = "https://host:8000/files/" + "a" * 43 + "/fw.bin"

    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            (OURS, "https://host:8000/files/***/fw.bin"),
            ("ftp://me:hush@10.0.0.1/logs", "ftp://***@10.0.0.1/logs"),
            ("http://10.0.0.1/files/fw.bin", "http://10.0.0.1/files/fw.bin"),
        ],
    )
    def test_show_where_they_lead_and_not_what_they_grant(self, address, shown):
        assert mask_payload({"location": address}) == {"location": shown}
        assert json.loads(mask_frame(json.dumps([2, "1", "GetDiagnostics", {"location": address}])))[3] == {
            "location": shown
        }

    def test_are_encrypted_until_they_are_sent(self):
        sealed = seal_payload({"location": self.OURS})
        assert "aaaa" not in json.dumps(sealed)
        assert open_payload(sealed) == {"location": self.OURS}
        assert mask_payload(sealed) == {"location": MASK}


class TestNested:
    LOG = {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": TestAddresses.OURS}}
    FIRMWARE = {"requestId": 1, "firmware": {"location": TestAddresses.OURS, "signature": "c2ln"}}

    @pytest.mark.parametrize(("action", "payload"), [("GetLog", LOG), ("SignedUpdateFirmware", FIRMWARE)])
    def test_secrets_inside_a_part_are_sealed_and_masked_too(self, action, payload):
        sealed = seal_payload(payload)
        assert "aaaa" not in json.dumps(sealed)
        assert open_payload(sealed) == payload
        shown = mask_frame(json.dumps([2, "1", action, payload]))
        assert "aaaa" not in shown
        assert "https://host:8000/files/***/fw.bin" in shown
        assert json.loads(shown)[3]["requestId"] == 1

    def test_what_nests_absurdly_is_masked_as_a_whole(self):
        deep: object = {"location": "ftp://me:hush@h/"}
        for _ in range(60):
            deep = [deep]
        assert "hush" not in mask_frame(json.dumps([3, "1", {"a": deep}]))


class TestMaskFrame:
    def test_hides_the_secret_of_a_change(self):
        frame = json.dumps([2, "1", "ChangeConfiguration", {"key": "authorizationkey", "value": "hush"}])
        assert json.loads(mask_frame(frame))[3] == {"key": "authorizationkey", "value": MASK}

    def test_hides_reported_secrets_only(self):
        entries = [{"key": "AuthorizationKey", "value": "hush"}, {"key": "A", "value": "1"}]
        masked = json.loads(mask_frame(json.dumps([3, "1", {"configurationKey": entries}])))
        assert masked[2]["configurationKey"] == [{"key": "AuthorizationKey", "value": MASK}, entries[1]]

    def test_leaves_other_frames_exactly_as_they_are(self):
        frame = '[3, "1",  {"configurationKey":[{"key":"A","value":"1"}]}]'
        assert mask_frame(frame) is frame

    @pytest.mark.parametrize(
        "frame", ['[3,"1",{"AuthorizationKey', '"AuthorizationKey"', "[" * 100_000 + "AuthorizationKey"]
    )
    def test_drops_what_cannot_be_read(self, frame):
        assert mask_frame(frame) == MASK
