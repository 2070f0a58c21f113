"""The PostgreSQL backend keeps every rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from karaoke_persist.testing import BackendConformance, Place, StoreUrl

if TYPE_CHECKING:
    from postgres_server import TestServer


@pytest.fixture(scope="session")
def with_schema(postgres_server: TestServer) -> Iterator[str]:
    """A database that has the schema already: to copy it takes a fraction of the time."""
    database = postgres_server.create()
    Place(postgres_server.url(database)).open().close()
    yield database
    postgres_server.drop(database)


@pytest.mark.backend("postgres")
class TestPostgres(BackendConformance):
    """`postgresql://`, each test in databases of its own."""

    @pytest.fixture
    def store_url(
        self, request: pytest.FixtureRequest, postgres_server: TestServer, with_schema: str
    ) -> Iterator[StoreUrl]:
        """Databases that are created when they are first named, and dropped after the test.

        Where the schema or the life of a store is the topic, they are empty.
        """
        empty = request.node.callspec.id.startswith(("M-", "C-"))
        made: dict[str, str] = {}

        def url_of(name: str) -> str:
            if name not in made:
                made[name] = postgres_server.create(template="template0" if empty else with_schema)
            return postgres_server.url(made[name])

        yield url_of
        for database in made.values():
            postgres_server.drop(database)
