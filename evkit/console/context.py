"""The template context of the frame around every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from evkit.console.access import principal_of, sites_of
from evkit.console.live.snapshots import snapshots
from evkit.console.navigation import (
    HOME,
    Entry,
    SideGroup,
    SiteLink,
    entries_of,
    phone_entries,
    side_groups,
    site_links,
)
from evkit.console.selectors.asks import Ask, waiting_asks
from evkit.console.selectors.frame import Strip, strip_of
from evkit.console.selectors.orphans import waiting_stops
from evkit.core.clock import utc_now
from sites.models import Site, User
from sites.permissions import Right
from sites.types import Role, Theme

THEME_ICONS: Final[dict[str, str]] = {
    Theme.SYSTEM: "device-desktop",
    Theme.LIGHT: "sun",
    Theme.DARK: "moon",
    Theme.CONTRAST: "contrast",
}
MANY_SITES: Final = 8
SIDE_COOKIE: Final = "side"


@dataclass(frozen=True, slots=True)
class ThemeChoice:
    """One line of the theme menu."""

    value: str
    label: str
    icon: str


class Frame:
    """Everything the frame shows; each part is read only when a template asks for it."""

    def __init__(self, request: HttpRequest, now: datetime) -> None:
        self.request = request
        self.now = now

    @cached_property
    def theme(self) -> str:
        """The viewer's theme: system, light, dark or contrast."""
        user = getattr(self.request, "user", None)
        chosen = user.theme if isinstance(user, User) else self.request.COOKIES.get("theme", "")
        return chosen if chosen in Theme.values else str(Theme.SYSTEM)

    @property
    def themes(self) -> list[ThemeChoice]:
        """The themes to choose from."""
        return [ThemeChoice(value, str(label), THEME_ICONS[value]) for value, label in Theme.choices]

    @cached_property
    def asks(self) -> Sequence[Ask]:
        """The badges that wait for an answer of the viewer."""
        return waiting_asks(principal_of(self.request), self.now)

    @property
    def page(self) -> str:
        """The URL name of the page."""
        match = self.request.resolver_match
        return match.view_name if match else ""

    @cached_property
    def sites(self) -> Sequence[Site]:
        """The sites that the viewer may see."""
        return sites_of(self.request)

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
        ids = tuple(site.pk for site in chosen)
        return snapshots.get(("strip", ids, get_language()), self.request, lambda: strip_of(ids))

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
    def home_site(self) -> Site | None:
        """The site whose pages the side band offers: the page's, or the only one there is."""
        return self.site or (self.sites[0] if len(self.sites) == 1 else None)

    @cached_property
    def quarantined(self) -> int:
        """How many stops of the home site wait in quarantine."""
        return waiting_stops(self.home_site).count() if self.home_site else 0

    @cached_property
    def groups(self) -> list[SideGroup]:
        """The side band: only what exists and what the viewer may use."""
        return side_groups(principal_of(self.request), self.home_site, self.page)

    @cached_property
    def phone_entries(self) -> list[Entry]:
        """The phone's bottom bar."""
        return phone_entries(self.groups)

    @property
    def more_groups(self) -> list[SideGroup]:
        """What the phone's bottom bar has no place for."""
        rest = [
            replace(group, entries=[entry for entry in group.entries if entry not in self.phone_entries])
            for group in self.groups
        ]
        return [group for group in rest if group.entries]

    @property
    def crumb(self) -> Entry | None:
        """The step of the breadcrumbs between the site and the page; none on the site's own page."""
        current = [entry for entry in entries_of(self.groups) if entry.current]
        return next((entry for entry in current if entry.view != HOME), None)

    @property
    def has_crumbs(self) -> bool:
        """Whether the page is below a site, or below a page of the side band."""
        if self.site:
            return self.page != HOME
        return self.crumb is not None and not self.crumb.exact

    @property
    def site_links(self) -> list[SiteLink]:
        """The lines of the site switcher."""
        return site_links(self.sites, self.site, self.page)

    @property
    def many_sites(self) -> bool:
        """Whether the site switcher needs a search."""
        return len(self.sites) >= MANY_SITES

    @property
    def side_collapsed(self) -> bool:
        """Whether the viewer's browser keeps the side band collapsed."""
        return self.request.COOKIES.get(SIDE_COOKIE) == "collapsed"

    @property
    def shortcuts(self) -> bool:
        """Whether single letters lead somewhere (WCAG 2.1.4: they can be switched off)."""
        user = self.request.user
        return isinstance(user, User) and user.shortcuts

    @property
    def exports(self) -> bool:
        """Whether the viewer waits for exports."""
        return bool(self.request.session.get("exports"))

    @property
    def live_sites(self) -> str:
        """The sites that a page without live values of its own listens to, for the top band."""
        return ",".join(str(site.pk) for site in ([self.site] if self.site else self.sites))

    @property
    def status_url(self) -> str:
        """Where the top band is fetched again."""
        return reverse("site_status", args=[self.site.code]) if self.site else reverse("status")

    @property
    def may_configure(self) -> bool:
        """Whether the viewer may open the administration."""
        return principal_of(self.request).may(Right.CONFIGURE, None)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Give templates the frame (`frame`)."""
    return {"frame": Frame(request, utc_now())}
