"""A fresh database of each kind for each test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sqlite"))  # the models and helpers of its tests serve here too

from sqlite_probes import options

from karaoke_persist.plugins import open_store


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.backend(name)) for name in ("sqlite", "postgres")])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/karaoke.db"
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def opening(url: str) -> Iterator[Callable[..., Any]]:
    """Open stores of that database, with some options; they are closed after the test."""
    stores = []

    def opened(**changes: Any) -> Any:
        stores.append(open_store(url, options(**changes)))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


@pytest.fixture
def store(opening: Callable[..., Any]) -> Any:
    """A store of that database."""
    return opening()
