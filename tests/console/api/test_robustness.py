"""Whatever a caller sends, the answer is JSON and never the server's fault."""

from __future__ import annotations

from urllib.parse import quote

from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from evkit.core.clock import utc_now
from sites.services.tokens import create_token
from sites.types import Role
from tests.factories import ChargePointFactory, SiteFactory, VehicleFactory

PATHS = ("sites", "charge-points", "transactions", "messages", "vehicles", "transactions/1/meter-values")
NAMES = (
    "limit",
    "cursor",
    "site",
    "state",
    "charge_point",
    "vehicle",
    "id_tag",
    "from",
    "to",
    "open",
    "since",
    "q",
    "seen",
)
TEXTS = st.text(max_size=10) | st.sampled_from(
    ["1", "-1", "true", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "WzFd", "W10", "bnVsbA", "WyJhIl0"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
BODIES = st.dictionaries(
    st.sampled_from(
        [
            "limit",
            "smart_charging",
            "power_w",
            "current_a",
            "timestamp",
            "value",
            "quality",
            "action",
            "payload",
            "code",
            "name",
            "tags",
            "departs",
            "needs_wh",
        ]
    ),
    JSON | st.sampled_from(["Reset", "ChangeConfiguration", "SetChargingProfile", "good"]),
    max_size=3,
)


class TestAnyRequest(TestCase):
    def setup_example(self):
        super().setup_example()
        ChargePointFactory(identity="CP_1", site=SiteFactory(code="depot"), evses=1)
        VehicleFactory(code="bus")
        _token, secret = create_token(name="fuzz", role=Role.ADMINISTRATOR, sites=[], now=utc_now())
        self.client = Client(headers={"authorization": f"Bearer {secret}"})

    def check(self, answer):
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.status_code < 500

    @given(path=st.sampled_from(PATHS), query=st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=3))
    @settings(max_examples=200, deadline=None)
    def test_any_query_is_answered(self, path, query):
        self.check(self.client.get(f"/api/v1/{path}", query))

    @given(path=st.sampled_from(PATHS), name=st.text(max_size=10))
    @settings(max_examples=100, deadline=None)
    def test_any_address_is_answered(self, path, name):
        self.check(self.client.get(f"/api/v1/{path}/{quote(name, safe='')}"))

    @given(
        target=st.sampled_from(["PATCH sites/depot", "POST sites/depot/meter", "POST variables/x"])
        | st.sampled_from(["POST charge-points/CP_1/commands", "POST vehicles", "PATCH vehicles/bus"]),
        body=BODIES,
    )
    @settings(max_examples=300, deadline=None)
    def test_any_body_is_answered(self, target, body):
        method, path = target.split()
        send = self.client.patch if method == "PATCH" else self.client.post
        self.check(send(f"/api/v1/{path}", body, content_type="application/json"))
