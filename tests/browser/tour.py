"""A server with something of everything, the addresses of all its pages, and what is asked of each page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.server import Server

AXE = (Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js").read_text(encoding="utf-8")

FURNISH = """
import json
from django.test import Client
from django.urls import reverse
from chargers.services.commands import queue_command
from evkit.core.clock import utc_now
from evkit.core.recorders import Actor
from evkit.console.commands.catalogue import COMMANDS
from tests.console.roles.table import PAGES
from tests.console.roles.world import add_people, make_world, place
people = add_people()
world = make_world(people["operator"])
place(people, world)
queue_command(
    charge_point=world.depot.charging, action="Reset", payload={"type": "Soft"}, now=utc_now(),
    reason="Screen frozen", actor=Actor(name="ada", address="192.0.2.7"),
)
def url(name, row):
    return reverse(name, args=row.args(world)) + (f"?{row.query}" if row.query else "")
pages = {name: url(name, row) for name, row in PAGES.items() if row.page and row.get == 200}
pages |= {slug: reverse("command", args=[*world.point, slug]) for slug in COMMANDS}
client = Client()
client.force_login(people["administrator"])
print("TOUR" + json.dumps({
    "pages": pages,
    "lone": {"login": reverse("login"), "link": reverse("link", args=[world.link]),
             "refused": reverse("link", args=["made-up"]), "nothing": "/nothing-here/"},
    "session": client.cookies["sessionid"].value,
}))
"""

IN_FRENCH = "from sites.models import User; User.objects.update(language={language!r})"

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

WEAR = """async theme => {
  document.documentElement.dataset.theme = theme;
  const strong = document.getElementById("contrast");
  if (strong) strong.media = theme === "contrast" ? "all" : "not all";
  while (strong && !strong.sheet) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const change of document.getAnimations()) if (change instanceof CSSTransition) change.finish();
}"""

VIOLATIONS = """async ([only, part]) => {
  const options = { resultTypes: ["violations"], selectors: false };
  if (only) options.runOnly = only;
  const { violations } = await axe.run(part ?? document, options);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => {
      const told = nodes.slice(0, 3).map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`);
      return `${id}: ${told.join(" | ")}`;
    });
}"""

SMALL_CONTROLS = """() => {
  const controls = `button, summary, select, textarea, input:not([type=hidden]), a.btn, a.tab, a.chip,
    a.seg__item, nav a, .strip a, td a, th a, .text-link`;
  const found = new Set();
  for (const control of document.querySelectorAll(controls)) {
    const tick = ["checkbox", "radio"].includes(control.type);
    const box = (tick && control.closest("label, td, th")) || control;
    if (!box.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const { width, height } = box.getBoundingClientRect();
    if (width > 2 && height > 2 && height < 39.5 && !box.closest(".visually-hidden")) {
      found.add(`${Math.round(height)} px: ${box.outerHTML.slice(0, 140)}`);
    }
  }
  return [...found];
}"""

TEXTS = """() => {
  const texts = [];
  const skipped = "script, style, template, code, pre, [lang=en]";
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement.closest(skipped)) texts.push(textContent.replace(/[\\t\\n\\r ]+/g, " ").trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    if (element.closest("[lang=en]")) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      texts.push((element.getAttribute(name) ?? "").trim());
    }
  }
  return [...new Set(texts)].filter((text) => text.length > 1);
}"""

TIMES = """() => [...document.querySelectorAll("main time[datetime]")]
  .map((time) => [time.getAttribute("datetime"), time.textContent.trim()])"""


@dataclass(frozen=True, slots=True)
class Tour:
    """A running server, the addresses of its pages by name, and an administrator's session."""

    server: Server
    pages: dict[str, str]
    lone: dict[str, str]
    session: str

    def open(self, chromium: Browser, *, width: int, log_in: bool = True, **more: Any) -> BrowserContext:
        """Return a browser window, of the administrator or of a stranger."""
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, reduced_motion="reduce", **more
        )
        if log_in:
            context.add_cookies([{"name": "sessionid", "value": self.session, "url": self.server.url}])
        return context

    def walk(self, chromium: Browser, *, width: int, **more: Any) -> Iterator[tuple[str, Page]]:
        """Yield every page, opened: first those behind the log-in, then those before it."""
        for log_in, addresses in ((True, self.pages), (False, self.lone)):
            context = self.open(chromium, width=width, log_in=log_in, **more)
            page = context.new_page()
            for name, path in addresses.items():
                page.goto(self.server.url + path)
                yield name, page
            context.close()

    def speak(self, language: str) -> None:
        """Let everybody use a language."""
        self.server.shell(IN_FRENCH.format(language=language))


def furnish(server: Server) -> Tour:
    """Fill a running, empty server."""
    printed = server.shell(FURNISH)
    made = json.loads(printed[printed.index("TOUR") + 4 :])
    return Tour(server, made["pages"], made["lone"], made["session"])
