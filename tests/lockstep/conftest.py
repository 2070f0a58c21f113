"""The backends that are there, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lockstep_stores import StoreUrls


@pytest.fixture
def store_urls(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StoreUrls]:
    """Give where each backend has its databases; PostgreSQL too, where its driver and a server are."""
    urls: StoreUrls = {
        "memory": lambda name: f"memory://{name}",
        "sqlite": lambda name: f"sqlite:///{tmp_path}/{name}.db",
    }
    try:
        import psycopg  # noqa: F401

        server = request.getfixturevalue("postgres_server")
    except (ImportError, pytest.skip.Exception):
        yield urls
        return
    made: list[str] = []

    def postgres(name: str) -> str:
        made.append(server.create())
        return server.url(made[-1])

    yield {**urls, "postgresql": postgres}
    for database in made:
        server.drop(database)
