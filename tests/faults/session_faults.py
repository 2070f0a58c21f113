# ruff: noqa: D102 - the contract says what the methods do
"""Memory sessions that each break one promise about transactions: isolation, undoing, what a session holds."""

from __future__ import annotations

from typing import Any

from faulty import Delegate

from karaoke_persist.errors import Conflict, DomainError, Unavailable


class KeepsSavepointData(Delegate):
    """Undoing a savepoint keeps what it did."""

    found_by = ("T5-01", "L-05")

    def savepoint(self) -> Any:
        savepoint = self.healthy.savepoint()
        savepoint.rollback = savepoint.release
        return savepoint


class ShowsWritesBeforeCommit(Delegate):
    """Others see what is not committed."""

    found_by = ("T6-04",)

    def upsert(self, values: Any) -> Any:
        written = self.healthy.upsert(values)
        self.healthy._database.publish(self.healthy._tables)
        return written


class ReadsWithoutSnapshot(Delegate):
    """A reader sees each commit at once."""

    found_by = ("T1-14", "T1-15", "T1-17", "T2-01", "T2-02")

    def __getattr__(self, name: str) -> Any:
        if not self.writes:
            self.healthy._tables = self.healthy._database.tables
        return getattr(self.healthy, name)


class WritesAtOnce(Delegate):
    """What a write transaction writes is there at once, for good, and over what others wrote meanwhile."""

    found_by = ("T1-10", "T1-11", "T1-12", "T1-13")
    exclusive = False

    def __getattr__(self, name: str) -> Any:
        if self.writes:
            self.healthy._tables = self.healthy._database.tables
        return getattr(self.healthy, name)

    def upsert(self, values: Any) -> Any:
        return self._published(self.__getattr__("upsert")(values))

    def patch(self, *which: Any, **how: Any) -> Any:
        return self._published(self.__getattr__("patch")(*which, **how))

    def commit(self) -> None:
        """There is nothing left to do."""

    def rollback(self) -> None:
        """It cannot be undone any more."""

    def _published(self, written: Any) -> Any:
        self.healthy._database.publish(self.healthy._tables)
        return written


class CommitsOnError(Delegate):
    """What was to be undone is committed."""

    found_by = ("T4-02", "T4-03", "T9-01", "D-30", "G-10")

    def rollback(self) -> None:
        self.healthy.rollback() if self.healthy._read_only else self.healthy.commit()


class LosesOneOfTwoWriters(Delegate):
    """Of two writers that overlap, the later to commit wins."""

    found_by = ("T1-16", "T1-19")
    exclusive = False

    def __init__(self, healthy: Any) -> None:
        super().__init__(healthy)
        self.base = healthy._tables

    def commit(self) -> None:
        self.healthy._database.publish(self.healthy._tables)

    def rollback(self) -> None:
        """There is nothing to give back."""


class ChecksOnlyWhatItWrote(LosesOneOfTwoWriters):
    """Overlapping writers are refused for rows that both wrote, not for rows that one read: snapshot isolation."""

    found_by = ("T1-18", "T1-19")

    def commit(self) -> None:
        database = self.healthy._database
        merged = {name: self._merged(name, now) for name, now in database.tables.items()}
        database.publish(merged)

    def _merged(self, name: str, now: Any) -> Any:
        base, mine = self.base[name].rows, self.healthy._tables[name].rows
        written = {key for key in {*base, *mine} if base.get(key) is not mine.get(key)}
        for key in written:
            if base.get(key) is not now.rows.get(key):
                raise Conflict(key)
            now = now.with_row(mine[key]) if key in mine else now.without_row(key)
        return now


class ReadsBeforeItsTurn(Delegate):
    """A writer that waited works on what it saw when it began to wait."""

    found_by = ("T1-04",)

    def begun(self, before: Any) -> None:
        self.healthy._tables = before


class StreamsTheLatest(Delegate):
    """Each batch of a stream is of the moment it is read."""

    found_by = ("T2-07",)

    def stream(self, query: Any, batch: int) -> Any:
        offset = 0
        while True:
            self.healthy._tables = self.healthy._database.tables
            some = self.healthy.find(query)[offset : offset + batch]
            if not some:
                return
            yield some
            offset += batch


class LeavesSessionsOpen(Delegate):
    """A reader's connection is not given back."""

    found_by = ("C-19", "T2-01")

    def rollback(self) -> None:
        self.healthy.rollback()
        self.store.sessions_open += 0 if self.writes else 1


class LeavesWritersOpen(Delegate):
    """A writer that has committed is done, but for its connection."""

    found_by = ("T4-01", "C-19")

    def commit(self) -> None:
        self.healthy.commit()
        self.store.sessions_open += 1


class KeepsTheTurn(Delegate):
    """A writer that ends without a commit lets nobody in after it."""

    found_by = ("T4-08", "T9-03")

    def rollback(self) -> None:
        if not self.writes:
            self.healthy.rollback()


class EndsAtADomainError(Delegate):
    """A write that is refused breaks its transaction, as a failed statement does in some databases."""

    found_by = ("T8-02", "T8-05")
    broken = False

    def insert(self, *values: Any, **how: Any) -> Any:
        return self._refusing(self.healthy.insert, *values, **how)

    def upsert(self, values: Any) -> Any:
        return self._refusing(self.healthy.upsert, values)

    def patch(self, *which: Any, **how: Any) -> Any:
        return self._refusing(self.healthy.patch, *which, **how)

    def _refusing(self, write: Any, *arguments: Any, **how: Any) -> Any:
        if self.broken:
            raise Unavailable("the transaction is aborted", "End it", retryable=False)
        try:
            return write(*arguments, **how)
        except DomainError:
            self.broken = True
            raise


class ForgetsAllAtADomainError(EndsAtADomainError):
    """A write that is refused undoes what its transaction wrote before."""

    found_by = ("T8-02",)

    def begun(self, before: Any) -> None:
        self.first = self.healthy._tables

    def _refusing(self, write: Any, *arguments: Any, **how: Any) -> Any:
        try:
            return write(*arguments, **how)
        except DomainError:
            self.healthy._tables = self.first
            raise
