from __future__ import annotations

from chargers.events import ChargePointChanged, CommandChanged, DeferredAsked
from evkit.console.live.notes import MANY, Notes
from sites.events import SettingsChanged


class TestNotes:
    def test_ids_of_one_site_and_topic_merge(self) -> None:
        notes = Notes()
        notes.add_events([ChargePointChanged(7, 1), CommandChanged(3, 4, 1), DeferredAsked(9, 4, 1)])
        assert notes.take() == [
            {"type": "changed", "site": 1, "charge_points": [4, 7]},
            {"type": "asked", "site": 1, "charge_points": [4]},
        ]

    def test_what_was_taken_is_forgotten(self) -> None:
        notes = Notes()
        notes.add("changed", 1, [4])
        notes.take()
        assert not notes
        assert notes.take() == []

    def test_more_than_a_thousand_become_all(self) -> None:
        notes = Notes()
        for number in range(MANY + 5):
            notes.add("changed", 1, [number])
        assert notes.take() == [{"type": "changed", "site": 1, "charge_points": None}]

    def test_all_stay_all(self) -> None:
        notes = Notes()
        notes.add("changed", 1, None)
        notes.add("changed", 1, [4])
        assert notes.take() == [{"type": "changed", "site": 1, "charge_points": None}]

    def test_settings_concern_every_site(self) -> None:
        notes = Notes()
        notes.add_events([SettingsChanged()])
        assert notes.take() == [{"type": "changed", "site": None, "charge_points": None}]

    def test_a_charge_point_without_a_site_concerns_nobody(self) -> None:
        notes = Notes()
        notes.add_events([ChargePointChanged(7, None)])
        assert not notes
