from __future__ import annotations

from pathlib import Path

from evkit.assets import digest_of


class TestDigestOf:
    def test_changes_with_content_and_with_names(self, tmp_path: Path) -> None:
        (tmp_path / "a.css").write_text("a")
        first = digest_of(tmp_path)
        assert digest_of(tmp_path) == first
        (tmp_path / "a.css").write_text("b")
        second = digest_of(tmp_path)
        (tmp_path / "a.css").rename(tmp_path / "b.css")
        assert len({first, second, digest_of(tmp_path)}) == 3
