from __future__ import annotations

import pytest

from evkit.console.design import GROUPS, ON, Look, colours, contrast, palettes

GROUNDS = ("ground", "frame", "surface", "surface-hover", "surface-sunk", "accent-soft")
INKS = ("ink", "ink-2", "ink-3")
NEEDED = {Look.LIGHT: 4.5, Look.DARK: 4.5, Look.CONTRAST_LIGHT: 7.0, Look.CONTRAST_DARK: 7.0}


class TestContrast:
    def test_of_black_on_white_is_the_most_there_is(self) -> None:
        assert contrast("#000000", "#ffffff") == pytest.approx(21)

    def test_does_not_care_which_is_in_front(self) -> None:
        assert contrast("#c8102e", "#e9ecef") == contrast("#e9ecef", "#c8102e")

    def test_of_a_known_pair(self) -> None:
        assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


class TestPalettes:
    @pytest.mark.parametrize("look", list(Look))
    @pytest.mark.parametrize("ground", GROUNDS)
    @pytest.mark.parametrize("ink", INKS)
    def test_every_ink_is_legible_on_every_ground(self, look: Look, ground: str, ink: str) -> None:
        palette = palettes()[look]
        assert contrast(palette[ink], palette[ground]) >= NEEDED[look]

    @pytest.mark.parametrize("look", list(Look))
    def test_what_stands_on_a_filled_ground_is_legible(self, look: Look) -> None:
        palette = palettes()[look]
        low = {ink: contrast(palette[ink], palette[ground]) for ink, ground in ON.items()}
        assert all(value >= 4.5 for value in low.values()), low

    @pytest.mark.parametrize("look", list(Look))
    @pytest.mark.parametrize("ground", ["surface", "band-1-soft"])
    def test_a_fault_is_legible(self, look: Look, ground: str) -> None:
        palette = palettes()[look]
        assert contrast(palette["fault-ink"], palette[ground]) >= NEEDED[look]

    @pytest.mark.parametrize("look", list(Look))
    def test_edges_of_controls_and_the_focus_are_seen(self, look: Look) -> None:
        palette = palettes()[look]
        for name in ("line-strong", "accent"):
            for ground in ("ground", "surface"):
                assert contrast(palette[name], palette[ground]) >= 2.8, (name, ground)

    @pytest.mark.parametrize("look", [Look.CONTRAST_LIGHT, Look.CONTRAST_DARK])
    def test_high_contrast_redefines_every_colour(self, look: Look) -> None:
        usual = palettes()[Look.LIGHT if look is Look.CONTRAST_LIGHT else Look.DARK]
        assert set(palettes()[look]) == set(usual)


class TestColours:
    @pytest.mark.parametrize("group", list(GROUPS))
    def test_are_known_in_all_looks(self, group: str) -> None:
        for colour in colours(group):
            assert [swatch.look for swatch in colour.swatches] == list(Look)
