from __future__ import annotations

from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from evkit.console.converters import IdentityConverter

converter = IdentityConverter()
identities = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


class TestIdentityConverter:
    @given(identities)
    def test_every_identity_is_found_again(self, identity: str) -> None:
        assert converter.to_python(converter.to_url(identity)) == identity

    @given(identities)
    def test_an_identity_is_one_segment_that_no_browser_shortens(self, identity: str) -> None:
        segment = converter.to_url(identity)
        assert "/" not in segment
        assert segment not in {".", ".."}

    def test_a_slash_leads_to_the_page_of_the_charge_point(self) -> None:
        address = reverse("charge_point", args=["depot", "hall/A_001"])
        assert address == "/sites/depot/charge-points/hall~1A_001/"
        assert resolve(address).kwargs == {"code": "depot", "identity": "hall/A_001"}
