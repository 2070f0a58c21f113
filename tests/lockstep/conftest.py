"""The backends that are there, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lockstep_stores import Places

from karaoke_persist.testing import Place


@pytest.fixture
def places(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Places]:
    """Give where each backend keeps the store of a name; PostgreSQL too, where its driver and a server are."""
    found: Places = {
        "memory": lambda name: Place(f"memory://{name}"),
        "sqlite": lambda name: Place(f"sqlite:///{tmp_path}/{name}.db"),
    }
    try:
        import psycopg  # noqa: F401

        server = request.getfixturevalue("postgres_server")
    except (ImportError, pytest.skip.Exception):
        yield found
        return
    database = server.create()
    url = server.url(database)
    yield {**found, "postgresql": lambda name: Place(url, {"backend_options": {"schema": name}})}
    server.drop(database)
