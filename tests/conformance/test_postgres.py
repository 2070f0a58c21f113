"""The PostgreSQL backend keeps every rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from karaoke_persist.testing import BackendConformance, StoreUrl

if TYPE_CHECKING:
    from postgres_server import TestServer


@pytest.mark.backend("postgres")
class TestPostgres(BackendConformance):
    """`postgresql://`, each test in databases of its own."""

    @pytest.fixture
    def store_url(self, postgres_server: TestServer) -> Iterator[StoreUrl]:
        """Databases that are created when they are first named, and dropped after the test."""
        made: dict[str, str] = {}

        def url_of(name: str) -> str:
            if name not in made:
                made[name] = postgres_server.create()
            return postgres_server.url(made[name])

        yield url_of
        for database in made.values():
            postgres_server.drop(database)
