"""Who may do what: one row for every address of the pages.

A new address needs a row here, or `test_pages` fails. The row's key is the name of the URL (its route,
where it has no name).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.console.roles.world import World


class Need(StrEnum):
    """What somebody must be to be let in."""

    NOTHING = "nothing"
    LOG_IN = "a log-in"
    SITE = "a membership of the site"
    COMMAND = "the right to command on the site"
    CONFIGURE = "an administrator's right, on the site"
    ADMINISTRATOR = "an administrator"


Args = Callable[[World], Sequence[object]]
Form = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One address: who is let in, and what they get.

    Attributes:
        need: what the asker must be; `post_need` where posting takes more than looking.
        args: the arguments of the address, query: its query string.
        get: status of GET for those who are let in; 405 for everybody where there is only POST.
        inside: status of GET for those who are logged in, where it differs.
        post: status of a POST of `form` that changes something; 0 where a POST changes nothing.
        page: whether GET answers a page for people, which the browser tests walk.
    """

    need: Need
    args: Args = lambda _world: ()
    query: str = ""
    get: int = 200
    inside: int = 0
    post: int = 0
    form: Form = lambda _world: {}
    post_need: Need | None = None
    page: bool = True


def site(world: World) -> Sequence[object]:
    """Arguments of an address of a site."""
    return [world.depot.site.code]


def point(world: World) -> Sequence[object]:
    """Arguments of an address of a charge point."""
    return world.point


def connector(world: World) -> Sequence[object]:
    """Arguments of an address of a connector."""
    return [*world.point, 1]


def user(world: World) -> Sequence[object]:
    """Arguments of an address of a user."""
    return [world.invited.pk]


NEW_USER = {"username": "bob", "role": "guest", "language": "fr"}
OWN_NAME = {"first_name": "Ann", "last_name": "", "email": ""}
PASSWORD = {"password": "a quiet harbour 7", "repetition": "a quiet harbour 7"}
OLD_AND_NEW = {
    "old_password": "a long password",
    "new_password1": "a quiet harbour 7",
    "new_password2": "a quiet harbour 7",
}

PUBLIC = {
    "favicon": Row(Need.NOTHING, get=302, page=False),
    "healthz": Row(Need.NOTHING, page=False),
    "readyz": Row(Need.NOTHING, page=False),
    "metrics": Row(Need.NOTHING, page=False),
    "login": Row(Need.NOTHING, inside=302, page=False),
    "logout": Row(Need.NOTHING, get=405, page=False),
    "preferences": Row(Need.NOTHING, get=405, page=False),
    "link": Row(Need.NOTHING, lambda w: [w.link], post=302, form=lambda _w: PASSWORD, page=False),
}
OWN = {
    "account": Row(Need.LOG_IN, post=302, form=lambda _w: OWN_NAME),
    "password_change": Row(Need.LOG_IN, post=302, form=lambda _w: OLD_AND_NEW),
    "end_session": Row(Need.LOG_IN, get=405, post=302),
    "sites": Row(Need.LOG_IN),
    "legend": Row(Need.LOG_IN),
    "status": Row(Need.LOG_IN, page=False),
}
ADMINISTRATION = {
    "users": Row(Need.ADMINISTRATOR),
    "invite": Row(Need.ADMINISTRATOR, post=200, form=lambda _w: NEW_USER),
    "user": Row(Need.ADMINISTRATOR, user, post=302, form=lambda _w: NEW_USER),
    "user_active": Row(Need.ADMINISTRATOR, user, get=405, post=302, form=lambda _w: {"active": "0"}),
    "user_link": Row(Need.ADMINISTRATOR, user, get=405, post=200),
    "api_tokens": Row(Need.ADMINISTRATOR),
    "new_api_token": Row(Need.ADMINISTRATOR, post=200, form=lambda _w: {"name": "meter", "role": "guest"}),
    "revoke_api_token": Row(Need.ADMINISTRATOR, lambda w: [w.token.pk], get=405, post=302),
}
SITE = {
    "overview": Row(Need.SITE, site),
    "site_status": Row(Need.SITE, site, page=False),
    "site_power": Row(Need.SITE, site, page=False),
}
POINT = {
    "charge_point": Row(Need.SITE, point),
    "session_curve": Row(Need.SITE, connector, page=False),
    "command": Row(Need.COMMAND, lambda w: [*w.point, "reset"], post=302, form=lambda _w: {"kind": "Soft"}),
}
PAGES: dict[str, Row] = PUBLIC | OWN | ADMINISTRATION | SITE | POINT
