from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from charging.metering.codec import CAPACITY, Facets, pack, pairs, unpack
from charging.metering.vocabulary import Kind
from evkit.core.fields import pack_numbers, unpack_numbers

facets = st.builds(Facets, *(st.integers(min_value=0, max_value=CAPACITY[kind] - 1) for kind in Kind))


class TestPack:
    @given(facets)
    def test_unpacking_gives_back_what_was_packed(self, each):
        assert unpack(pack(each)) == each

    @given(facets)
    def test_a_double_holds_the_code_exactly(self, each):
        code = pack(each)
        assert int(float(code)) == code
        assert unpack(unpack_numbers(pack_numbers([float(code)]))[0]) == each

    def test_the_highest_code_fits(self):
        assert pack(Facets(*(CAPACITY[kind] - 1 for kind in Kind))) == 2**53 - 1

    def test_the_default_is_code_0(self):
        assert pack(Facets()) == 0


class TestPairs:
    def test_pairs_come_in_their_order(self):
        packed = [float(pack(Facets(3, 1))), 1.5, 0.0, 2.5]
        assert list(pairs(packed)) == [(Facets(3, 1), 1.5), (Facets(), 2.5)]

    def test_nothing_packed_is_nothing(self):
        assert list(pairs(None)) == []
