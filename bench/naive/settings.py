"""Django settings of the naive design."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

_url = urlsplit(os.environ["DATABASE_URL"])
SECRET_KEY = "benchmark"
INSTALLED_APPS = ["daphne", "channels", "bench.naive"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.lstrip("/"),
        "USER": _url.username or "",
        "PASSWORD": _url.password or "",
        "HOST": _url.hostname or "",
        "PORT": _url.port or "",
    }
}
ASGI_APPLICATION = "bench.naive.asgi.application"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
