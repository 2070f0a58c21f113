"""The kit for a store that is named by its URL and options: what `karaoke-persist conformance` runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import pytest

from karaoke_persist import OpenOptions
from karaoke_persist.contract import Query
from karaoke_persist.testing.conformance import BackendConformance
from karaoke_persist.testing.handles import Place, StoreUrl, probing
from karaoke_persist.testing.probes import KIT_MODELS
from karaoke_persist.testing.rule import Level
from karaoke_persist.testing.running import RUN

_NAME: Final = "{name}"


class TestStore(BackendConformance):
    """The store at a URL. Each rule leaves its databases empty for the next."""

    level: Level
    known_gaps: Mapping[str, str]

    @pytest.fixture
    def store_url(self, request: pytest.FixtureRequest) -> Iterator[StoreUrl]:
        """Give the URL, its `{name}` filled in; without one, there is one database."""
        run = request.config.stash[RUN]
        self.level, self.known_gaps = run.level, run.known_gaps
        used = set[str]()

        def named(name: str) -> str:
            if name != "main" and _NAME not in run.place.url:
                pytest.skip("it needs a second database: write {name} where the URL names the database")
            used.add(run.place.url.replace(_NAME, name))
            return run.place.url.replace(_NAME, name)

        yield named
        for url in used:
            empty(replace(run.place, url=url))

    @pytest.fixture
    def store_options(self, request: pytest.FixtureRequest) -> OpenOptions:
        """Give the options of the store."""
        return request.config.stash[RUN].place.options


def empty(place: Place) -> None:
    """Delete every row of every model of the kit."""
    with place.open(timeout=5, allow_incomplete=True) as library, probing(library) as probe:
        for model in reversed(KIT_MODELS):
            probe.delete_where(Query(model))
