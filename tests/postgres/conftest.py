"""A fresh database for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sqlite"))  # the models and helpers of its tests serve here too

from postgres_probes import open_store
from postgres_server import TestServer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.backend("postgres"))


@pytest.fixture
def database(postgres_server: TestServer, postgres_template: str) -> Iterator[str]:
    """The name of a database with nothing in it."""
    name = postgres_server.create(template=postgres_template)
    yield name
    postgres_server.drop(name)


@pytest.fixture
def url(postgres_server: TestServer, database: str) -> str:
    """The URL of the test's database."""
    return postgres_server.url(database)


@pytest.fixture
def store(url: str) -> Iterator[Any]:
    """A store of the test's database."""
    store = open_store(url)
    yield store
    store.close()
