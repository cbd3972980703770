from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from evkit.console.commands.catalogue import COMMANDS
from evkit.console.faults import ADVICE, FAULTS
from evkit.console.why import CAUSES, Facts, Means, brief, why
from evkit.console.why.facts import Badge, Booking, Charge, GivenUp, Job, Limit, Link, Order, Question, Report
from tests.console.depot import NOW

MINUTE = timedelta(minutes=1)
SINCE = NOW - 15 * MINUTE
ONLINE = Link(last_seen_at=NOW, connected_at=NOW - 60 * MINUTE, booted_at=NOW - 60 * MINUTE)


def link(**fields: Any) -> Link:
    known = {"last_seen_at": NOW, "connected_at": SINCE, "booted_at": SINCE}
    return Link(**{**known, **fields})


GIVEN_UP = GivenUp(tries=3, at=NOW - 2 * MINUTE, failure="refused")


def report(status: str, **fields: Any) -> Report:
    return Report(status=status, since=SINCE, **fields)


def charge(**fields: Any) -> Charge:
    known = {"number": 4711, "started_at": SINCE, "who": "Bus 223", "tag": "04A2", "measured_at": NOW}
    return Charge(**{"charging_at": SINCE, **known, **fields})


def order(**fields: Any) -> Order:
    return Order(**{"at": NOW - 2 * MINUTE, "by": "ann", **fields})


def badge(status: str, **fields: Any) -> Badge:
    return Badge(tag="04A2", status=status, at=NOW - MINUTE, **fields)


def facts(status: str, **fields: Any) -> Facts:
    return Facts(**{"link": ONLINE, "connector": report(status), **fields})


LOST = link(connected=False, lost_at=NOW - 12 * MINUTE)
FREE, PLUGGED, HELD, PAUSED = "Available", "Preparing", "SuspendedEVSE", "SuspendedEV"
UPDATE = Job(firmware=True, status="Installing", at=NOW - 3 * MINUTE)
UPLOAD = Job(firmware=False, status="Uploading", at=NOW - 3 * MINUTE)
ASKED = Question(pk=1, tag="04A2", deadline=NOW + timedelta(seconds=20))
EARTH = {"error_code": "GroundFailure"}
OWN_CODE = report("Faulted", error_code="OtherError", vendor_code="0x2F", info="fan")
LITTLE = Limit(power_w=800, least_w=1000, by="ann", at=NOW - 5 * MINUTE)
SITE_LIMIT = Limit(power_w=0, least_w=4140)
BOOKED = Booking(number=7, who="Bus 212", until=NOW + 20 * MINUTE)
ENOUGH = Limit(power_w=20_000, least_w=1000)

Row = tuple[Facts, str, str, str]

ROWS: list[Row] = [
    # the connection
    (facts("", link=Link(connected=False)), "never-connected",
     "The charge point has never connected. Check its address, its identity and its password.", ""),
    (facts("Charging", link=LOST, power_w=7000, charge=charge()), "offline",
     "No connection since 13:55. Check the power supply and the network of the charge point.", ""),
    (facts("Faulted", link=LOST), "offline",
     "No connection since 13:55. Check the power supply and the network of the charge point.", ""),
    (facts(FREE, link=LOST, restart=order(awaited=True)), "restarting",
     "The charge point restarts: ann ordered it at 14:05.", ""),
    (facts("Unavailable", restart=order(by="", awaited=True)), "restarting",
     "The charge point restarts: evkit ordered it at 14:05.", ""),
    (facts(FREE, link=LOST, restart=order(seen=True)), "offline",
     "No connection since 13:55. Check the power supply and the network of the charge point.", ""),
    (facts(FREE, link=link(registration="rejected")), "rejected",
     "The charge point is not let in: an administrator rejected it.", "accept"),
    (facts(FREE, link=link(registration="pending")), "pending",
     "The charge point waits for an administrator to accept it.", "accept"),
    (facts("", link=link(booted_at=None)), "not-booted",
     "The charge point has been connected since 13:52, but it has not booted yet.", "trigger"),
    (facts("", link=ONLINE), "state-unknown",
     "The charge point has not told the state of this connector yet.", "trigger"),
    # its jobs, faults and service
    (facts(FREE, job=UPDATE), "firmware",
     "The charge point has been updating its firmware since 14:04 (Installing).", ""),
    (facts("Unavailable", job=UPLOAD), "diagnostics",
     "The charge point has been uploading its diagnostics since 14:04 (Uploading).", ""),
    (facts(PLUGGED, job=UPLOAD), "no-badge",
     "A vehicle has been plugged in since 13:52, but no badge was presented.", "start"),
    (facts("Faulted", connector=report("Faulted", **EARTH)), "fault",
     "Earth fault. Keep the vehicle unplugged and have an electrician check the cable and the socket.",
     "reset"),
    (facts(FREE, own=report("Faulted", error_code="HighTemperature", vendor_code="E71")), "fault",
     "Temperature too high (E71). Let it cool down, check its ventilation and its plug, then reset it.",
     "reset"),
    (facts("Faulted", connector=report("Faulted", error_code="NoError")), "fault",
     ("The charge point reports a fault without a reason."
      " Read its display, reset it, and call its maintenance if the fault returns."), "reset"),
    (facts("Faulted", connector=OWN_CODE), "fault",
     "Other error (0x2F · fan). Read its display, reset it, and call its maintenance if the fault returns.",
     "reset"),
    (facts("Unavailable", closing=order(number=1, reason="cable worn")), "closed-for",
     "ann put it out of service at 14:05: cable worn", "availability"),
    (facts("Unavailable", closing=order(number=1)), "closed-by-order",
     "ann put it out of service at 14:05.", "availability"),
    (facts(FREE, own=report("Unavailable"), closing=order()), "closed-by-order",
     "ann put it out of service at 14:05.", "availability"),
    (facts("Unavailable"), "closed-by-itself",
     "The charge point has reported being out of service since 13:52; nobody ordered it here.",
     "availability"),
    # badges
    (facts(PLUGGED, question=ASKED), "question",
     "Badge 04A2 waits for an operator's answer until 14:07:50.", "answer"),
    (facts(PLUGGED, badge=badge("Invalid")), "badge-unknown",
     "Badge 04A2 was refused at 14:06: it is unknown.", "start"),
    (facts(FREE, badge=badge("Invalid")), "badge-unknown",
     "Badge 04A2 was refused at 14:06: it is unknown.", "start"),
    (facts(PLUGGED, badge=badge("Invalid", unanswered=True)), "badge-unanswered",
     "Badge 04A2 was refused at 14:06: it is unknown, and no operator answered in time.", "start"),
    (facts(PLUGGED, badge=badge("Invalid", by="ann")), "badge-refused-by-operator",
     "ann refused badge 04A2 at 14:06.", "start"),
    (facts(PLUGGED, badge=badge("Blocked")), "badge-blocked",
     "Badge 04A2 was refused at 14:06: it is blocked.", "start"),
    (facts(PLUGGED, badge=badge("Blocked", parent="FLEET")), "badge-blocked-by-group",
     "Badge 04A2 was refused at 14:06: badge FLEET of its group is blocked.", "start"),
    (facts(PLUGGED, badge=badge("Expired")), "badge-expired",
     "Badge 04A2 was refused at 14:06: it has expired.", "start"),
    (facts(PLUGGED, badge=badge("Expired", parent="FLEET")), "badge-expired-by-group",
     "Badge 04A2 was refused at 14:06: badge FLEET of its group has expired.", "start"),
    (facts(PLUGGED, badge=badge("ConcurrentTx", elsewhere="A_003 / 1")), "badge-elsewhere",
     "Badge 04A2 was refused at 14:06: it is charging at A_003 / 1.", "start"),
    (facts(PLUGGED, badge=badge("ConcurrentTx")), "badge-concurrent",
     "Badge 04A2 was refused at 14:06: it was charging elsewhere.", "start"),
    (facts(FREE, badge=badge("Accepted")), "badge-awaits-cable",
     "Badge 04A2 was accepted at 14:06. Plug the vehicle in.", ""),
    (facts(PLUGGED, badge=badge("Accepted")), "badge-without-start",
     "Badge 04A2 was accepted at 14:06, but the charge point has not started the charge.", "start"),
    (facts(PLUGGED), "no-badge",
     "A vehicle has been plugged in since 13:52, but no badge was presented.", "start"),
    (facts("Reserved", booking=BOOKED), "reserved-for",
     "The connector is reserved for Bus 212 until 14:27.", "cancel-reservation"),
    (facts("Reserved"), "reserved",
     "The connector has been reserved since 13:52.", ""),
    (facts(PLUGGED, connector=report(PLUGGED, error_code="ConnectorLockFailure")), "warning",
     ("The charge point complains: The connector does not lock or unlock."
      " Push the plug in firmly, or unlock the connector and plug it in again."), "reset"),
    # starts that were ordered
    (facts(PLUGGED, start=order(state="queued")), "start-unsent",
     "ann ordered the start at 14:05; the charge point has not answered yet.", ""),
    (facts(PLUGGED, start=order(state="sent")), "start-unsent",
     "ann ordered the start at 14:05; the charge point has not answered yet.", ""),
    (facts(FREE, start=order(awaited=True)), "start-awaits-cable",
     "The charge point accepted the start that ann ordered at 14:05. Plug the vehicle in.", ""),
    (facts(PLUGGED, start=order(awaited=True)), "start-awaited",
     "The charge point accepted the start that ann ordered at 14:05 and prepares it.", ""),
    (facts(PLUGGED, start=order(state="rejected", tag="04A2"), given_up=GIVEN_UP), "automatic-given-up",
     ("evkit tried to start the charge by itself and gave up at 14:05 (tries: 3):"
      " the charge point refused the start."), "start"),
    (facts(PLUGGED, start=order(state="rejected", answer="Rejected", tag="04A2")), "start-refused",
     "The charge point refused the start that ann ordered at 14:05 (Rejected).", "start"),
    (facts(PLUGGED, start=order(state="timed_out")), "start-unanswered",
     "The charge point did not answer when ann ordered the start at 14:05.", "start"),
    (facts(PLUGGED, start=order(state="expired")), "start-unanswered",
     "The charge point did not answer when ann ordered the start at 14:05.", "start"),
    (facts(PLUGGED, start=order()), "start-in-vain",
     "The charge point accepted the start that ann ordered at 14:05, but no transaction followed.", "start"),
    (facts(PLUGGED, start=order(seen=True)), "no-badge",
     "A vehicle has been plugged in since 13:52, but no badge was presented.", "start"),
    # a transaction that does not charge
    (facts(FREE, charge=charge()), "stop-lost",
     "Transaction 4711 is still open, but the connector has left it: its stop was not received.", "stop"),
    (facts(PLUGGED, charge=charge()), "stop-lost",
     "Transaction 4711 is still open, but the connector has left it: its stop was not received.", "stop"),
    (facts("Charging", charge=charge(authorization="Blocked", charging_at=None)), "start-not-authorised",
     "The charge point started transaction 4711 although badge 04A2 was refused (Blocked).", "stop"),
    (facts(HELD, charge=charge(), limit=LITTLE, pause=order(reason="works")), "paused-for",
     "Bus 223 waits: ann paused its charge at 14:05: works", "resume"),
    (facts(HELD, charge=charge(), limit=LITTLE, pause=order()), "paused",
     "Bus 223 waits: ann paused its charge at 14:05.", "resume"),
    (facts(HELD, charge=charge(), limit=LITTLE, hold=order(reason="late")), "held-for",
     "Bus 223 waits: ann holds its charge until 14:05: late", "steer"),
    (facts(HELD, charge=charge(), inactive_until=NOW + 60 * MINUTE), "group-inactive",
     "Bus 223 waits: the schedule of its group lets it charge again at 15:07.", ""),
    (facts(HELD, charge=charge(), limit=LITTLE, profile=order(state="rejected", answer="NotSupported")),
     "profile-refused",
     "Bus 223 waits: the charge point refused the limit that ann set at 14:05 (Not supported).", "limit"),
    (facts(HELD, charge=charge(), limit=LITTLE), "limit-by-user",
     "Bus 223 waits: ann limited it to 0.8 kW at 14:02, too little to charge.", "limit"),
    (facts(HELD, charge=charge(), limit=SITE_LIMIT, shared=True), "share-too-small",
     "Bus 223 waits: smart charging leaves it 0.0 kW at the moment, too little to charge.", "steer"),
    (facts(HELD, charge=charge(), limit=SITE_LIMIT), "limit-by-site",
     "Bus 223 waits: the site leaves it 0.0 kW at the moment, too little to charge.", "limit"),
    (facts(HELD, charge=charge(soc_percent=97), limit=SITE_LIMIT, rests_until=NOW + 60 * MINUTE),
     "full-and-lends",
     "Bus 223 is full: 97 %. Others use its share until it is offered power again at 15:07.", ""),
    (facts(HELD, charge=charge(soc_percent=60), limit=SITE_LIMIT, rests_until=NOW + 60 * MINUTE),
     "takes-nothing-and-lends",
     ("Bus 223 took none of the power it was offered: others use its share until it is offered power"
      " again at 15:07."), ""),
    (facts(HELD, charge=charge(), limit=SITE_LIMIT, rests_until=NOW + 60 * MINUTE, lost=True),
     "did-not-go-on",
     ("Bus 223 took power until smart charging interrupted it, and none since it is offered power again: its"
      " charge has to be started again, or the cable pulled."), "stop"),
    (facts(HELD, charge=charge(soc_percent=97), limit=LITTLE, rests_until=NOW + 60 * MINUTE), "limit-by-user",
     "Bus 223 waits: ann limited it to 0.8 kW at 14:02, too little to charge.", "limit"),
    (facts(HELD, charge=charge(), limit=ENOUGH), "held-under-limit",
     "Bus 223 has waited since 13:52: the charge point offers no power, though its limit is 20.0 kW.",
     "clear-limits"),
    (facts(HELD, charge=charge()), "held",
     "Bus 223 has waited since 13:52: the charge point itself offers no power.", "clear-limits"),
    (facts(PAUSED, charge=charge(soc_percent=97)), "vehicle-full",
     "Bus 223 is full: 97 %.", ""),
    (facts(PAUSED, charge=charge(soc_percent=60)), "vehicle-paused",
     "Bus 223 has taken no power since 13:52, although the charge point offers it.", ""),
    (facts(PAUSED, charge=charge(who="", charging_at=None)), "vehicle-asleep",
     ("The vehicle has drawn nothing since the start at 13:52:"
      " it may be asleep, or wait for its own departure time."), ""),
    (facts("Charging", charge=charge(measured_at=NOW - 9 * MINUTE), power_w=7000), "meter-silent",
     "No meter values since 13:58: whether energy flows is unknown.", "trigger"),
    (facts("Charging", charge=charge(measured_at=None, charging_at=None)), "meter-never",
     "No meter values since the start at 13:52: whether energy flows is unknown.", "trigger"),
    (facts("Charging", charge=charge(charging_at=None)), "no-energy",
     "Transaction 4711 started at 13:52, but no energy has flowed yet.", "stop"),
    (facts("Charging", charge=charge()), "no-power",
     "Bus 223 draws no power at the moment, although the charge is running.", ""),
    (facts("Finishing"), "finished",
     "The charge ended at 13:52 and the vehicle is still plugged in. It can be unplugged.", "unlock"),
]  # fmt: skip

CODES = [row[1] for row in ROWS]

BRIEF = {
    "never-connected": "never connected",
    "offline": "no connection",
    "fault": "Earth fault",
    "closed-for": "out of service by ann: cable worn",
    "closed-by-order": "out of service by ann",
    "question": "badge 04A2 waits for an answer",
    "badge-unknown": "badge refused: unknown",
    "badge-refused-by-operator": "badge refused by ann",
    "badge-elsewhere": "badge refused: charges at A_003 / 1",
    "no-badge": "no badge presented",
    "reserved-for": "reserved for Bus 212",
    "start-refused": "start refused (Rejected)",
    "paused-for": "paused by ann: works",
    "paused": "paused by ann",
    "group-inactive": "its schedule waits until 15:07",
    "limit-by-user": "limit of 0.8 kW by ann",
    "share-too-small": "waits for power",
    "limit-by-site": "limit of 0.0 kW",
    "vehicle-full": "vehicle full",
    "vehicle-paused": "the vehicle takes no power",
    "finished": "to be unplugged",
}
"""What a list says of the first row of a cause."""

NOTHING_WRONG = [
    facts(FREE),
    facts("Charging", power_w=7000, charge=charge()),
    facts("Charging", power_w=7000, charge=charge(authorization="Invalid")),
    facts("Charging", charge=charge(started_at=NOW - MINUTE / 2, charging_at=None, measured_at=None)),
    facts("Charging"),
    facts(PLUGGED, charge=charge(started_at=NOW, charging_at=None)),
    facts(FREE, start=order(seen=True)),
]


@pytest.fixture(autouse=True)
def paris() -> Any:
    with timezone.override("Europe/Paris"):
        yield


class TestWhy:
    @pytest.mark.parametrize(("known", "code", "sentence", "button"), ROWS, ids=CODES)
    def test_names_the_most_decisive_cause_and_what_mends_it(
        self, known: Facts, code: str, sentence: str, button: str
    ) -> None:
        found = why(known, NOW)
        assert found is not None
        assert (found.code, found.sentence.replace("\u202f", " ")) == (code, sentence)
        assert (found.command or found.means.replace("command", "")) == button

    @pytest.mark.parametrize("known", NOTHING_WRONG)
    def test_is_not_asked_when_nothing_is_wrong(self, known: Facts) -> None:
        assert why(known, NOW) is None

    def test_every_cause_has_a_row(self) -> None:
        assert {code for _facts, code, _sentence, _button in ROWS} == {cause.code for cause in CAUSES}

    @pytest.mark.parametrize("error_code", list(FAULTS))
    def test_every_error_code_has_a_meaning_and_an_advice(self, error_code: str) -> None:
        found = why(facts("Faulted", connector=report("Faulted", error_code=error_code)), NOW)
        assert found is not None
        assert found.sentence.startswith(f"{FAULTS[error_code]}. ")
        assert error_code in {*ADVICE, "OtherError"}

    def test_a_vendors_own_error_code_is_shown_as_it_is(self) -> None:
        found = why(facts("Faulted", connector=report("Faulted", error_code="Arc", info="50% load")), NOW)
        assert found is not None
        assert found.sentence.startswith("Arc (50% load). ")

    def test_is_told_in_french(self) -> None:
        with translation.override("fr"):
            sentences = [why(known, NOW) for known, *_rest in ROWS]
        english = {sentence for _facts, _code, sentence, _button in ROWS}
        assert not english & {found.sentence for found in sentences if found}


class TestBrief:
    @pytest.mark.parametrize(("code", "words"), BRIEF.items())
    def test_says_the_same_cause_in_few_words(self, code: str, words: str) -> None:
        known = ROWS[CODES.index(code)][0]
        assert brief(known, NOW).replace("\u202f", " ") == words

    @pytest.mark.parametrize("row", ROWS, ids=CODES)
    def test_is_shorter_than_the_sentence_and_needs_only_what_is_known(self, row: Row) -> None:
        words = brief(row[0], NOW)
        assert words
        assert "%" not in words
        assert len(words) < len(row[2])

    @pytest.mark.parametrize("known", NOTHING_WRONG)
    def test_is_empty_where_nothing_is_asked(self, known: Facts) -> None:
        assert brief(known, NOW) == ""

    def test_is_told_in_french(self) -> None:
        own = {"fault", "warning"}  # of these the list says the charge point's own words
        with translation.override("fr"):
            french = {brief(known, NOW) for known, code, *_rest in ROWS if code not in own}
        assert not french & {brief(known, NOW) for known, *_rest in ROWS}


class TestRemedies:
    @pytest.mark.parametrize("cause", CAUSES, ids=[cause.code for cause in CAUSES])
    def test_are_commands_that_exist(self, cause: Any) -> None:
        if cause.remedy is not None and cause.remedy.means is Means.COMMAND:
            assert cause.remedy.slug in COMMANDS

    @pytest.mark.parametrize("row", ROWS, ids=CODES)
    def test_fill_in_fields_that_their_form_has(self, row: Row) -> None:
        found = why(row[0], NOW)
        assert found is not None
        if found.command:
            names = {part.split("=")[0] for part in found.query.split("&") if part}
            assert names <= set(COMMANDS[found.command].base_fields)

    @pytest.mark.parametrize(
        ("known", "query"),
        [
            (facts("Unavailable", number=2, closing=order(number=2)), "connector=2&kind=Operative"),
            (facts(FREE, number=2, own=report("Unavailable")), "connector=0&kind=Operative"),
            (facts(PLUGGED, number=2), "connector=2"),
            (facts(PLUGGED, number=2, start=order(tag="04 A2")), "connector=2&tag=04+A2"),
            (facts(FREE, charge=charge()), "transaction=4711"),
            (facts("Faulted"), ""),
        ],
    )
    def test_know_what_they_are_about(self, known: Facts, query: str) -> None:
        found = why(known, NOW)
        assert found is not None
        assert found.query == query
