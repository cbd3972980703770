"""Settings of the test suite: the product's own, with data in a temporary folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

if "EVKIT_DATA_DIR" not in os.environ:
    os.environ["EVKIT_DATA_DIR"] = tempfile.mkdtemp(prefix="evkit-tests-")
if os.environ.get("DATABASE_URL"):
    os.environ.setdefault("EVKIT_SECRET_KEY", "tests-only")

from evkit.settings import *  # noqa: F403
from evkit.settings import DATABASES, EVKIT_DATA_DIR, EVKIT_SERVED

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # else every client of a test looks through all static files
if not EVKIT_SERVED:
    DATABASES["default"]["TEST"] = {"NAME": Path(EVKIT_DATA_DIR) / "test.sqlite3"}
