# ruff: noqa: D102 - the contract says what the methods do
"""PostgreSQL stores that each leave isolation to the server, at a level below what the contract promises."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from karaoke_persist.contract import StoreOptions


class ServerStore:
    """A database on a server that may have a fault; mixed into the healthy store, whose driver may be missing."""

    found_by: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def plant(cls, place: str, options: StoreOptions) -> Any:
        """The store in a schema of a database: `user@host/database/schema`."""
        from karaoke_persist_postgres.store import PostgresStore

        database, _, schema = place.rpartition("/")
        kind: Any = type(cls.__name__, (cls, PostgresStore), {})
        return kind.open(f"postgresql://{database}", dataclasses.replace(options, backend_options={"schema": schema}))

    @property
    def info(self) -> Any:
        healthy: Any = super()
        return dataclasses.replace(healthy.info, scheme="faulty")


class WritesAtReadCommitted(ServerStore):
    """Writers run at READ COMMITTED, which is what servers do when nothing is said."""

    found_by = ("T1-25", "T1-26", "T1-27", "T1-28", "T1-29")

    def begin_writing(self, lease: Any, timeout: float) -> None:
        lease.connection.command(b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")


class WritesAtRepeatableRead(ServerStore):
    """Writers run at REPEATABLE READ, where two may each write what the other has read."""

    found_by = ("T1-28",)

    def begin_writing(self, lease: Any, timeout: float) -> None:
        lease.connection.command(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; SELECT 1")


class ReadsAtReadCommitted(ServerStore):
    """Readers run at READ COMMITTED, and see each commit at once."""

    found_by = ("T1-24", "T1-25", "T1-27", "T2-01", "T2-02")

    def begin_snapshot(self, lease: Any, timeout: float) -> None:
        lease.connection.command(b"BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")
