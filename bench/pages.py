"""Server time and transferred bytes of every page, with 12 and with 500 charge points that report."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.http import Answer, HttpClient
from bench.live import start
from bench.report import Figure
from bench.site import CODE, SampleSite, sample_site

MOST_MS = {12: 100.0, 500: 300.0}
"""With 500 charge points what is required; with 12 a page is there as if at once."""

FIRST_LOAD_KB = 400.0
SETTLE_S = {12: 12.0, 500: 20.0}
ONE, MANY = 1, 50

PARAMETERS = {"code": CODE, "identity": "SIM_00001", "number": 1, "pk": 1, "slug": "reset", "language": "fr"}
"""Values for the parts of addresses; a page with another part has no figure."""

PATHS = """
import json
from django.urls import NoReverseMatch, get_resolver, reverse
values = {values!r}
paths = {{}}
for pattern in get_resolver("evkit.console.urls").url_patterns:
    for each in getattr(pattern, "url_patterns", [pattern]):
        names = each.pattern.converters.keys()
        if each.name and names <= values.keys():
            try:
                paths[each.name] = reverse(each.name, kwargs={{name: values[name] for name in names}})
            except NoReverseMatch:
                continue
print(json.dumps(paths))
"""

FRAGMENTS = {"HX_Request": "true"}
"""What asks for fragments; without the mark of the live feed, whose requests rest after each other."""


@dataclass(frozen=True, slots=True)
class Page:
    """An address to measure, with its headers."""

    name: str
    path: str
    headers: dict[str, str]


def pages(*, rounds: int) -> list[Figure]:
    """Measure every page of the console that an administrator can open, and the live fragments."""
    figures = []
    for count in MOST_MS:
        with tempfile.TemporaryDirectory() as folder:
            running = sample_site(Path(folder), charge_points=count, viewers=1)
            with running as site, _reporting(site, count):
                figures += asyncio.run(_measure(site, count, repeats=5 * rounds))
    return figures


@contextmanager
def _reporting(site: SampleSite, count: int) -> Iterator[None]:
    """Let the charge points report, and wait until all of them have."""
    load = start("bench.busy_points", site.server.port, count, SETTLE_S[count], 600)
    try:
        assert load.stdout is not None
        assert load.stdout.readline() == "warm\n"
        yield
    finally:
        _end(load)


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _pages(site: SampleSite) -> list[Page]:
    paths: dict[str, str] = json.loads(site.server.shell(PATHS.format(values=PARAMETERS)))
    found = [Page(name, path, {}) for name, path in paths.items() if name != "logout"]
    for name in ("overview", "operation", "charge_point"):
        if name in paths:
            found += [
                Page(f"{name}, {ids} changed", f"{paths[name]}?only={_ids(ids)}", FRAGMENTS)
                for ids in (ONE, MANY)
            ]
            found.append(Page(f"{name}, all fragments", f"{paths[name]}?only=all", FRAGMENTS))
    return found


def _ids(count: int) -> str:
    return "%2C".join(str(number) for number in range(1, count + 1))


async def _measure(site: SampleSite, count: int, *, repeats: int) -> list[Figure]:
    client = HttpClient(site.server.port, site.cookies[0])
    figures = []
    try:
        for page in _pages(site):
            answers = await _answers(client, page, repeats)
            if answers:
                figures.append(_figure(page, count, answers))
        figures.append(await _first_load(client, count))
    finally:
        client.close()
    return figures


async def _answers(client: HttpClient, page: Page, repeats: int) -> list[Answer]:
    """Return the answers of a page; none where it is no page or has nothing to show."""
    try:
        first = await client.get(page.path, **page.headers)
    except (OSError, EOFError, ValueError) as error:
        raise RuntimeError(f"{page.path} broke off") from error
    if first.status != 200:
        return []
    return [await client.get(page.path, **page.headers) for _time in range(repeats)]


def _figure(page: Page, count: int, answers: list[Answer]) -> Figure:
    times = sorted(1000 * answer.seconds for answer in answers)
    last = answers[-1]
    p95 = times[min(int(len(times) * 0.95), len(times) - 1)]
    note = f"p95 {p95:.0f} ms, {len(last.raw) / 1000:.1f} kB, sent {len(last.body) / 1000:.1f} kB"
    return Figure(
        f"{page.name}, {count} points", statistics.median(times), "ms", note, at_most=MOST_MS[count]
    )


async def _first_load(client: HttpClient, count: int) -> Figure:
    """Return what a browser that was never here transfers for the overview: page, styles, scripts."""
    page = await client.get(f"/sites/{CODE}/")
    text = page.raw.decode()
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text))
    began = time.perf_counter()
    sizes = {path: await client.get(path) for path in addresses}
    modules = {path for path in addresses if path.endswith("/app.js")}
    for path in modules:
        for name in re.findall(r'from "\./([\w-]+\.js)"', sizes[path].raw.decode()):
            other = path.replace("app.js", name)
            sizes[other] = await client.get(other)
    total = len(page.body) + sum(len(answer.body) for answer in sizes.values())
    spent = 1000 * (time.perf_counter() - began)
    note = f"{len(sizes)} files in {spent:.0f} ms, page {len(page.body) / 1000:.0f} kB"
    return Figure(f"first load of overview, {count} points", total / 1000, "kB", note, at_most=FIRST_LOAD_KB)
