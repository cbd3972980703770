"""A running evkit with the sample site and people who are logged in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.server import Server, free_port

CODE = "sample"

LOG_IN = """
import json
from types import SimpleNamespace
from django.conf import settings
from django.contrib.auth import login
from importlib import import_module
from sites.models import Membership, Site, User
store = import_module(settings.SESSION_ENGINE).SessionStore
roles, languages = ("administrator", "operator", "guest"), ("fr", "en")
site = Site.objects.get(code={code!r})
users = []
for index in range(min({count}, 30)):
    user, _new = User.objects.get_or_create(username=f"viewer-{{index}}")
    user.role, user.language = roles[index % 3], languages[index % 2]
    user.save()
    Membership.objects.get_or_create(user=user, site=site)
    users.append(user)
cookies = []
for index in range({count}):
    request = SimpleNamespace(session=store(), META={{}}, user=None, method="GET")
    login(request, users[index % len(users)], backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    cookies.append(f"{{settings.SESSION_COOKIE_NAME}}={{request.session.session_key}}")
print(json.dumps({{"site": site.pk, "cookies": cookies}}))
"""


@dataclass(frozen=True, slots=True)
class SampleSite:
    """The server, the site's key, and a cookie per viewer: administrators, operators and guests in turns.

    `points` is the process that charge points connect to, the same unless the work is divided.
    """

    server: Server
    points: Server
    site: int
    cookies: list[str]


@contextmanager
def sample_site(
    folder: Path,
    *,
    charge_points: int,
    viewers: int,
    database_url: str = "",
    redis_url: str = "",
    divided: bool = False,
) -> Iterator[SampleSite]:
    """Run evkit with the sample site of so many charge points; divided, with a process of their own."""
    server = Server(data_dir=folder, database_url=database_url, redis_url=redis_url)
    server.manage("migrate", "--verbosity", "0")
    declared = folder / "sample.yaml"
    declared.write_text(server.manage("sample_config", "--count", str(charge_points)), encoding="utf-8")
    server.manage("apply_config", str(declared))
    known = json.loads(server.shell(LOG_IN.format(code=CODE, count=viewers)))
    servers = [server]
    if divided:
        server.command += " --only pages"
        servers.append(
            replace(server, command="evkit serve --port {port} --only charge-points", port=free_port())
        )
    try:
        for each in servers:
            each.start()
        yield SampleSite(server, servers[-1], known["site"], known["cookies"])
    finally:
        for each in servers:
            each.stop()
