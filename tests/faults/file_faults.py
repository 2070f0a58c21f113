# ruff: noqa: D102 - the contract says what the methods do
"""SQLite stores that each break one promise, most of them between processes only.

The threads of one process wait for each other before they meet the file, and so hide from the rules between threads
what a second process meets.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from karaoke_persist.contract import BackendInfo, Capability, StoreOptions
from karaoke_persist_sql import Lease, WritingSession
from karaoke_persist_sqlite.connections import retried
from karaoke_persist_sqlite.store import SQLiteStore


class FileStore(SQLiteStore):
    """A file that may have a fault."""

    found_by: ClassVar[tuple[str, ...]] = ()
    hidden: ClassVar[frozenset[Capability]] = frozenset()

    @classmethod
    def plant(cls, place: str, options: StoreOptions) -> Any:
        """The store of the file at this place."""
        return cls.open(f"sqlite:///{place}", options)

    @property
    def info(self) -> BackendInfo:
        healthy = super().info
        return dataclasses.replace(healthy, scheme="faulty", capabilities=healthy.capabilities - self.hidden)


class WritesWithoutATransaction(FileStore):
    """Each statement of a write transaction is committed by itself."""

    found_by = ("T1-20", "T1-21", "T1-22", "T1-23", "T3-08")

    def begin_writing(self, lease: Lease, timeout: float) -> None:
        """Begin nothing."""


class ReadsAFileWithoutSnapshot(FileStore):
    """A reader sees at once what another process commits."""

    found_by = ("T1-24", "T1-25", "T1-27")

    def begin_snapshot(self, lease: Lease, timeout: float) -> None:
        """Begin nothing."""


class _LateSession(WritingSession):
    """Takes the writer's lock when it is first needed."""

    def upsert(self, values: Any) -> Any:
        self._begin()
        return super().upsert(values)

    def patch(self, *which: Any, **how: Any) -> Any:
        self._begin()
        return super().patch(*which, **how)

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            try:
                retried(lambda: self._connection.execute("BEGIN IMMEDIATE"), self._timeout)
            except sqlite3.Error as error:
                self._fail(error)


class LocksAtTheFirstWrite(FileStore):
    """What a write transaction reads before its first write is not protected from other processes."""

    found_by = ("T1-26", "T1-28", "T1-29")
    writing_session = _LateSession

    def begin_writing(self, lease: Lease, timeout: float) -> None:
        """Begin when the first write comes."""


class _LazySession(WritingSession):
    """Says that it has committed, and leaves it to a later one."""

    def commit(self) -> None:
        self._host.finish(self._lease, writes=True, broken=False)


class CommitsLater(FileStore):
    """A commit is acknowledged before it is made."""

    found_by = ("T4-01", "T11-01", "T11-02")
    writing_session = _LazySession

    def begin_writing(self, lease: Lease, timeout: float) -> None:
        if not lease.connection.in_transaction:
            super().begin_writing(lease, timeout)


class KeepsConnections(FileStore):
    """The connection of a reader is not given back to the pool."""

    found_by = ("T2-01",)

    def finish(self, lease: Lease, *, writes: bool, broken: bool) -> None:
        if writes:
            super().finish(lease, writes=writes, broken=broken)


class CreatesUnasked(FileStore):
    """A schema is made where none was wanted."""

    found_by = ("M-03",)

    @classmethod
    def plant(cls, place: str, options: StoreOptions) -> Any:
        return super().plant(place, dataclasses.replace(options, create_schema=True))


class CreatesOutOfTurn(FileStore):
    """Processes that make the schema at the same time get in each other's way."""

    found_by = ("M-06",)

    def migration_engine(self) -> Engine:
        engine = create_engine("sqlite://", creator=partial(self._connect, "migration"), poolclass=NullPool)
        event.listen(engine, "begin", _look_and_dawdle)
        return engine


def _look_and_dawdle(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
    connection.exec_driver_sql("SELECT 1 FROM sqlite_master").all()
    time.sleep(1.0)


class HidesOtherProcesses(FileStore):
    """Several processes share the file, which is not declared."""

    found_by = ("C-06",)
    hidden = frozenset({Capability.MULTI_PROCESS})


class HidesRelaxedDurability(FileStore):
    """Relaxed durability is there, and not declared."""

    found_by = ("C-03",)
    hidden = frozenset({Capability.RELAXED_DURABILITY})
