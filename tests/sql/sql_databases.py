"""Empty databases of each SQL backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

BACKENDS = [pytest.param(name, marks=pytest.mark.backend(name)) for name in ("sqlite", "postgres")]


def empty_database(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database, which is gone after the test."""
    if backend == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path")
        yield f"sqlite:///{folder}/karaoke.db"
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create(template=request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)
