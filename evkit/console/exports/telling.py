"""What files that were asked for hold, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict

from evkit.console.exports.description import Scope
from evkit.console.exports.registry import EXPORTS
from evkit.console.tables.address import ListAddress
from evkit.console.tables.filtering import Filter, FilterSet
from history.models import ExportJob
from sites.models import Site


def tell_filters(jobs: Sequence[ExportJob], sites: Sequence[Site]) -> None:
    """Attach to each job its `filters` as labels and values, in the active language and time zone.

    `sites` are those that the asker may see.
    """
    known: dict[tuple[str, int | None], list[Filter]] = {}
    for job in jobs:
        job.filters = []  # type: ignore[attr-defined]  # for the templates
        export = EXPORTS.get(job.table)
        if export is None or not job.query:
            continue
        key = (job.table, job.site_id)
        if key not in known:
            known[key] = export.filters(Scope([job.site] if job.site else sites, job.created_at))
        address = ListAddress(QueryDict(job.query), [one.name for one in known[key]])
        job.filters = FilterSet(known[key], address).in_words  # type: ignore[attr-defined]
