"""Static files travel compressed: each is compressed once and kept in the data directory."""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from pathlib import Path
from typing import Any, Final
from wsgiref.headers import Headers

from django.conf import settings
from whitenoise.compress import Compressor  # type: ignore[import-untyped]  # has no types
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # has no types
from whitenoise.responders import StaticFile  # type: ignore[import-untyped]  # has no types

LEAST_BYTES: Final = 512
WORTH_IT: Final = Compressor(quiet=True).should_compress


class CompressedStaticMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise with a gzip variant of every file that gains by it; pages are compressed elsewhere.

    WhiteNoise expects variants beside the originals, where an installed package may not write.
    """

    def get_static_file(self, path: str, url: str, stat_cache: dict[str, Any] | None = None) -> StaticFile:
        """Return what WhiteNoise serves under `url`."""
        if self.autorefresh or not WORTH_IT(path) or Path(path).stat().st_size < LEAST_BYTES:
            return super().get_static_file(path, url, stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        variant = variant_of(Path(path), settings.EVKIT_DATA_DIR / "compressed")
        return StaticFile(path, headers.items(), encodings={"gzip": str(variant)})


def variant_of(path: Path, folder: Path) -> Path:
    """Return the compressed file of `path` in `folder`; writes it unless it is there.

    Processes that start at the same moment write the same content, each under a name of its own first.
    """
    known = path.stat()
    name = hashlib.sha256(f"{path} {known.st_mtime_ns} {known.st_size}".encode()).hexdigest()[:24]
    variant = folder / f"{name}.gz"
    if not variant.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))
        Path(file.name).replace(variant)
    return variant
