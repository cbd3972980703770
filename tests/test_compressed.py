"""Static files as a browser gets them: compressed, under a name of their content, kept for ever."""

from __future__ import annotations

import gzip
import re
import urllib.request
from pathlib import Path

import pytest

from evkit.compressed import variant_of
from tests.support.server import Server


def fetch(url: str, encodings: str) -> tuple[dict[str, str], bytes]:
    """Return headers (lower-case names) and body as they were sent."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": encodings})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.mark.slow
def test_a_style_sheet_travels_compressed_and_is_kept_for_ever(live_evkit: Server) -> None:
    _headers, page = fetch(f"{live_evkit.url}/account/login/", "identity")
    found = re.search(r'href="(/static/[0-9a-f]{12}/[^"]+\.css)"', page.decode())
    assert found is not None
    plain, text = fetch(live_evkit.url + found[1], "identity")
    small, sent = fetch(live_evkit.url + found[1], "br, gzip")
    assert "content-encoding" not in plain
    assert small["content-encoding"] == "gzip"
    assert gzip.decompress(sent) == text
    assert len(sent) < len(text)
    for headers in (plain, small):
        assert headers["vary"] == "Accept-Encoding"
        assert headers["cache-control"] == "max-age=315360000, public, immutable"


class TestVariantOf:
    def test_is_written_once(self, tmp_path: Path) -> None:
        original = tmp_path / "a.css"
        original.write_text("a{}" * 400, encoding="ascii")
        first = variant_of(original, tmp_path / "small")
        written = first.stat().st_mtime_ns
        assert gzip.decompress(first.read_bytes()) == original.read_bytes()
        assert variant_of(original, tmp_path / "small") == first
        assert first.stat().st_mtime_ns == written
        assert list((tmp_path / "small").iterdir()) == [first]

    def test_is_another_one_for_another_content(self, tmp_path: Path) -> None:
        original = tmp_path / "a.css"
        original.write_text("a{}" * 400, encoding="ascii")
        first = variant_of(original, tmp_path)
        original.write_text("b{}" * 401, encoding="ascii")
        assert gzip.decompress(variant_of(original, tmp_path).read_bytes()) == original.read_bytes()
        assert variant_of(original, tmp_path) != first
