"""Libraries to move: one in memory that was lived in, and empty databases of each backend."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sqlite"))  # the models and helpers of its tests serve here too
sys.path.append(str(Path(__file__).parents[1] / "sql"))

from sql_databases import BACKENDS, empty_database

import karaoke_persist
from karaoke_persist import Library
from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.lived_in import lived_in


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database."""
    yield from empty_database(request.param, request)


@pytest.fixture
def old() -> Iterator[Library]:
    """A library that was lived in."""
    with Place("memory://").open() as library:
        lived_in(library)
        yield library


@pytest.fixture
def empty() -> Iterator[Library]:
    """A library with nothing in it."""
    with Place("memory://").open() as library:
        yield library


@pytest.fixture
def songs() -> Iterator[Library]:
    """An empty library with the models of every host."""
    with karaoke_persist.open("memory://", on_error="raise") as library:
        yield library
