"""A fresh database of each kind for each test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sqlite"))  # the models and helpers of its tests serve here too

from sql_databases import BACKENDS, empty_database
from sqlite_probes import options, raw

from karaoke_persist.plugins import open_store


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database."""
    yield from empty_database(request.param, request)


@pytest.fixture
def by_hand(url: str) -> Iterator[Any]:
    """A connection to that database which knows nothing of this package."""
    if url.startswith("sqlite"):
        with closing(raw(Path(url.removeprefix("sqlite:///")))) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection
    else:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


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
