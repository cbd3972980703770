"""A browser without scripts: logs in with its cookies and fetches pages."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.parse
import urllib.request

from tests.support.server import Server

PASSWORD = "a-password-for-tests"

CREATE = """
from django.contrib.auth import get_user_model
from sites.models import Membership, Site
user, _ = get_user_model().objects.get_or_create(username={name!r}, defaults={{"role": {role!r}}})
user.role = {role!r}
user.language = {language!r}
user.shortcuts = True
user.theme = "system"
user.is_staff = {role!r} == "administrator"
if {password!r}:
    user.set_password({password!r})
user.save()
for site in Site.objects.all():
    Membership.objects.get_or_create(user=user, site=site)
"""

SESSION = """
from django.test import Client
client = Client()
client.force_login(user)
print(client.cookies["sessionid"].value)
"""


def create_user(server: Server, name: str, role: str, language: str = "en") -> None:
    """Create a user with a known password who may see every site."""
    server.shell(CREATE.format(name=name, role=role, password=PASSWORD, language=language))


def session_of(server: Server, name: str, role: str, language: str = "en") -> str:
    """Return the session of such a user as its cookie has it: no password is made up, nor looked at."""
    code = CREATE.format(name=name, role=role, password="", language=language)
    return server.shell(code + SESSION).strip()


class Browsing:
    """A session of one user."""

    def __init__(self, server: Server) -> None:
        self._server = server
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    @classmethod
    def as_administrator(cls, server: Server) -> Browsing:
        """Return the session of an administrator."""
        create_user(server, "administrator", "administrator")
        browsing = cls(server)
        browsing.log_in("administrator")
        return browsing

    def get(self, path: str) -> str:
        """Return the HTML of a page."""
        with self._opener.open(self._server.url + path, timeout=20) as response:
            return str(response.read().decode())

    def log_in(self, name: str) -> None:
        """Fill in the log-in form."""
        form = self.get("/account/login/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert found, form[:500]
        data = {"csrfmiddlewaretoken": found[1], "username": name, "password": PASSWORD}
        request = urllib.request.Request(
            f"{self._server.url}/account/login/",
            data=urllib.parse.urlencode(data).encode(),
            headers={"Referer": f"{self._server.url}/account/login/"},
        )
        with self._opener.open(request, timeout=20) as response:
            assert "/account/login/" not in response.url, "log-in refused"
