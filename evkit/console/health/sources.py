"""Where the figures of `/metrics` come from: the engine, and whatever else the process registers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Figures = Mapping[str, float]
Source = Callable[[], Figures]


class MetricsSources:
    """The sources of this process, by name; registering a name again replaces it."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}

    def register(self, name: str, source: Source) -> None:
        """Let `source` tell figures; a name ending in `_total` only ever grows."""
        self._sources[name] = source

    def unregister(self, name: str) -> None:
        """Forget a source."""
        self._sources.pop(name, None)

    def read(self) -> dict[str, float]:
        """Return the figures of every source."""
        return {key: value for source in list(self._sources.values()) for key, value in source().items()}


metrics_sources = MetricsSources()
