from __future__ import annotations

from django.http import QueryDict

from evkit.console.tables.address import ListAddress


def address(query: str) -> ListAddress:
    return ListAddress(QueryDict(query), ["q", "state"])


class TestListAddress:
    def test_keeps_what_it_knows_and_nothing_else(self) -> None:
        assert address("state=free&evil=1&q=&only=3&page=2").here == "?state=free&page=2"

    def test_a_link_begins_at_page_one(self) -> None:
        assert address("state=free&page=4&sort=-power").link(sort="power") == "?state=free&sort=power"

    def test_a_link_takes_a_parameter_away(self) -> None:
        assert address("state=free&q=bus").link(state="") == "?q=bus"

    def test_columns_come_from_ticks_or_from_a_list(self) -> None:
        assert address("columns=zone&columns=make,zone").columns == ["zone", "make"]
        assert address("columns=zone&columns=make").saved == "columns=zone,make"

    def test_what_is_saved_has_no_page(self) -> None:
        assert address("q=a b&page=3").saved == "q=a+b"

    def test_nonsense_means_the_usual(self) -> None:
        strange = address("page=-1&per=7&sort=")
        assert (strange.page, strange.per_page, strange.here) == (1, 50, "?per=7&page=-1")
        assert address("page=99999999999999999999").page == 1
        assert address("page=²").page == 1

    def test_text_is_cut_to_what_a_search_needs(self) -> None:
        assert len(address("q=" + "x" * 5000).get("q")) == 200

    def test_a_character_that_no_database_stores_is_left_out(self) -> None:
        assert address("q=bus%00 7&state=%00").here == "?q=bus+7"

    def test_a_form_carries_on_what_it_does_not_ask(self) -> None:
        assert address("q=a&state=free&per=25&page=2").kept(without=["q"]) == [
            ("state", "free"),
            ("per", "25"),
        ]
