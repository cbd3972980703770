"""The address of static files: it names their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

import django
from django.contrib.staticfiles.storage import StaticFilesStorage

ADDRESSES: Final = 512


def digest_of(folder: Path) -> str:
    """Return twelve letters that change with any file of a folder, and with Django (its administration)."""
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Assets(StaticFilesStorage):
    """Static files whose addresses are worked out once: a page names over a hundred of them."""

    @lru_cache(maxsize=ADDRESSES)  # noqa: B019  # one storage for the life of the process
    def url(self, name: str | None) -> str:
        """Return the address of a file."""
        return super().url(name)


def is_kept(path: str, url: str) -> bool:
    """Tell WhiteNoise that a file under this address never changes."""
    del path, url
    return True
