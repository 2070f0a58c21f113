"""The PostgreSQL backend: one database on a server, any number of hosts.

Importing this loads neither a database library nor a driver; opening a store does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from karaoke_persist.contract import hookimpl
from karaoke_persist.errors import DriverMissing

if TYPE_CHECKING:
    from karaoke_persist.contract import SongStore, StoreOptions

__all__ = ["contract_version", "karaoke_open_store"]

contract_version = "1.0"


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> SongStore:
    """Open `postgresql://user:password@host:port/database?sslmode=…`."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:  # also when the driver finds no libpq
        raise DriverMissing("postgresql", "psycopg", 'pip install "karaoke-persist[postgres]"') from error
    from karaoke_persist_postgres.store import PostgresStore

    return PostgresStore.open(url, options)
