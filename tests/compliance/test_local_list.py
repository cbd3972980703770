"""The local authorization list (TC_042, TC_043)."""

from __future__ import annotations

from tests.compliance.csms import Csms
from tests.compliance.station import Station

ENABLED = [
    {"key": "LocalAuthListEnabled", "readonly": False, "value": "true"},
    {"key": "LocalAuthListMaxLength", "readonly": True, "value": "200"},
    {"key": "SendLocalListMaxLength", "readonly": True, "value": "200"},
]


def read_version(station: Station, csms: Csms, version: int) -> None:
    """The version is asked for and told."""
    command = csms.ask("GetLocalListVersion")
    assert station.expect("GetLocalListVersion", {"listVersion": version}) == {}
    csms.await_outcome(command, state="accepted", response={"listVersion": version})


def send_whole_list(station: Station, csms: Csms) -> int:
    """The whole list is sent, accepted and read back; return its version."""
    number = csms.ask("GetConfiguration", {"key": [entry["key"] for entry in ENABLED]})
    station.expect("GetConfiguration", {"configurationKey": ENABLED})
    csms.await_outcome(number, state="accepted")
    command = csms.send_list("full")
    sent = station.expect("SendLocalList")
    assert sent["updateType"] == "Full"
    entries = {entry["idTag"]: entry["idTagInfo"] for entry in sent["localAuthorizationList"]}
    assert entries[station.tag] == {"status": "Accepted"}
    assert entries["TAG_BLOCKED"]["status"] == "Blocked"
    assert entries["TAG_EXPIRED"]["status"] == "Expired"
    version = int(sent["listVersion"])
    station.expect("GetLocalListVersion", {"listVersion": version})
    csms.await_outcome(command, state="accepted", effect="seen")
    return version


def test_tc_042_1_csms_get_local_list_version_not_supported(station: Station, csms: Csms) -> None:
    read_version(station, csms, -1)
    assert csms.local_list()["state"] == "unsupported"


def test_tc_042_2_csms_get_local_list_version_empty(station: Station, csms: Csms) -> None:
    read_version(station, csms, 0)
    assert (csms.local_list()["version"], csms.local_list()["entries"]) == (0, [])


def test_tc_043_1_csms_send_local_list_not_supported(station: Station, csms: Csms) -> None:
    command = csms.send_list("full")
    station.expect("SendLocalList", {"status": "NotSupported"})
    csms.await_outcome(command, state="rejected")
    assert csms.local_list()["state"] == "unsupported"


def test_tc_043_3_csms_send_local_list_failed(station: Station, csms: Csms) -> None:
    command = csms.send_list("full")
    station.expect("SendLocalList", {"status": "Failed"})
    csms.await_outcome(command, state="rejected", response={"status": "Failed"})
    assert (csms.local_list()["state"], csms.local_list()["answer"]) == ("failed", "Failed")


def test_tc_043_4_csms_send_local_list_full(station: Station, csms: Csms) -> None:
    version = send_whole_list(station, csms)
    found = csms.local_list()
    assert (found["state"], found["version"]) == ("known", version)
    assert station.tag in [entry["idTag"] for entry in found["entries"]]


def test_tc_043_5_csms_send_local_list_differential(station: Station, csms: Csms) -> None:
    version = send_whole_list(station, csms)
    added = (
        "from charging.models import IdToken; IdToken.objects.get_or_create(value='TAG_NEW', key='TAG_NEW')"
    )
    csms.server.shell(added)
    command = csms.send_list("differential")
    assert station.expect("SendLocalList") == {
        "listVersion": version + 1,
        "updateType": "Differential",
        "localAuthorizationList": [{"idTag": "TAG_NEW", "idTagInfo": {"status": "Accepted"}}],
    }
    station.expect("GetLocalListVersion", {"listVersion": version + 1})
    csms.await_outcome(command, state="accepted", effect="seen")
    assert "TAG_NEW" in [entry["idTag"] for entry in csms.local_list()["entries"]]
