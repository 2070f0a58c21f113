"""The SQLite backend: one file, any number of threads and processes.

Importing this loads no database library; opening a store does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from karaoke_persist.contract import hookimpl

if TYPE_CHECKING:
    from karaoke_persist.contract import SongStore, StoreOptions

__all__ = ["contract_version", "karaoke_open_store"]

contract_version = "1.0"


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> SongStore:
    """Open `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    from karaoke_persist_sqlite.store import SQLiteStore

    return SQLiteStore.open(url, options)
