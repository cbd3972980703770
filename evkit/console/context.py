"""The template context of the frame around every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from evkit.console.access import principal_of
from evkit.console.selectors.frame import Strip, strip_of
from evkit.core.clock import utc_now
from sites.models import Site, User
from sites.permissions import Right
from sites.types import Role, Theme

STYLE_SHEETS: Final = tuple(
    f"css/{name}.css"
    for name in (
        "tokens", "base", "layout", "symbols", "bars", "frame", "navigation", "panels", "controls",
        "charge_points", "tables", "detail", "messages", "curves", "dialogs", "pages", "utilities",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the side band or of the phone's bottom bar."""

    label: str
    icon: str
    href: str
    current: bool = False
    gap: bool = False
    short: str = ""


class Frame:
    """Everything the frame shows; each part is read only when a template asks for it."""

    style_sheets = STYLE_SHEETS

    def __init__(self, request: HttpRequest, now: datetime) -> None:
        self.request = request
        self.now = now

    @cached_property
    def theme(self) -> str:
        """The viewer's theme: system, light or dark."""
        user = getattr(self.request, "user", None)
        chosen = user.theme if isinstance(user, User) else self.request.COOKIES.get("theme", "")
        return chosen if chosen in Theme.values else str(Theme.SYSTEM)

    @cached_property
    def sites(self) -> Sequence[Site]:
        """The sites that the viewer may see."""
        return list(principal_of(self.request).sites())

    @cached_property
    def site(self) -> Site | None:
        """The site of the page, if it has one."""
        match = self.request.resolver_match
        code = match.kwargs.get("code") if match else None
        return next((site for site in self.sites if site.code == code), None)

    @property
    def timezone(self) -> str:
        """The zone of the clock: the page's site, else the first site."""
        site = self.site or next(iter(self.sites), None)
        return site.timezone if site else "UTC"

    @cached_property
    def strip(self) -> Strip:
        """What is wrong on the page's site, or on all the viewer's sites."""
        chosen = [self.site] if self.site else self.sites
        return strip_of([site.pk for site in chosen])

    @property
    def total(self) -> int:
        """How many charge points there are."""
        return self.strip.total

    @property
    def online(self) -> int:
        """How many charge points are connected."""
        return self.strip.online

    @property
    def user_name(self) -> str:
        """The viewer's full name, or user name."""
        user = self.request.user
        full = user.get_full_name() if isinstance(user, User) else ""
        return full or user.get_username()

    @property
    def initials(self) -> str:
        """Two letters that stand for the viewer."""
        words = self.user_name.split()
        return "".join(word[0] for word in words[:2]).upper() if words[1:] else self.user_name[:2].upper()

    @property
    def role(self) -> str:
        """The viewer's role in words."""
        user = self.request.user
        return str(Role(user.role).label) if isinstance(user, User) else ""

    @cached_property
    def entries(self) -> list[Entry]:
        """The side band: only what exists and what the viewer may use."""
        entries = [self._entry("sites", _("All sites"), "building-community", short=_("Sites"))]
        if self.site:
            entries.append(self._entry("overview", _("Overview"), "layout-dashboard", code=self.site.code))
        entries.append(self._entry("legend", _("Legend"), "info-circle", gap=True))
        entries.append(self._entry("account", _("My account"), "user", short=_("Account")))
        if self.may_configure:
            href = reverse("admin:index")
            entries.append(Entry(_("Administration"), "settings", href, short=_("Admin")))
        return entries

    @property
    def bottom_entries(self) -> list[Entry]:
        """The phone's bottom bar."""
        return self.entries[:5]

    @property
    def may_configure(self) -> bool:
        """Whether the viewer may open the administration."""
        return principal_of(self.request).may(Right.CONFIGURE, None)

    def _entry(
        self, view: str, label: str, icon: str, *, short: str = "", gap: bool = False, code: str = ""
    ) -> Entry:
        match = self.request.resolver_match
        name = match.url_name if match else ""
        current = name == view or (view == "overview" and name == "charge_point")
        href = reverse(view, args=[code] if code else [])
        return Entry(label, icon, href, current=current, gap=gap, short=short or label)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Give templates the frame (`frame`)."""
    return {"frame": Frame(request, utc_now())}
