"""What a host holds: an opened library of songs, its transactions, and a namespace for each domain."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Final, Self, TypeVar, Unpack

from karaoke_persist.contract import Finding, OperationFailure, SongStore
from karaoke_persist.contract.findings import Progress
from karaoke_persist.errors import (
    Busy,
    Conflict,
    DataCorrupt,
    InvalidValue,
    NestedSession,
    SessionClosed,
    StorageError,
    Unavailable,
)
from karaoke_persist.media import LibrarySongs, MediaFolders
from karaoke_persist.models import MediaFile, Transfer
from karaoke_persist.models.transfer import LAST
from karaoke_persist.operations import SongOperations
from karaoke_persist.operations.base import OperationSpec
from karaoke_persist.operations.namespaces import Namespaces, O
from karaoke_persist.options import OpenOptions, Settings
from karaoke_persist.plugins import Plugins, open_store
from karaoke_persist.session import Outcome, Savepoint, Session, SessionContext, SnapshotNeeded
from karaoke_persist.session.home import Home, here
from karaoke_persist.transfer import LibraryTransfer
from karaoke_persist.transfer.copying.marks import refuse_incomplete
from karaoke_persist.transfer.importing import own_importers
from karaoke_persist.urls import redacted, scheme_of, store_url

T = TypeVar("T")

log: logging.Logger = logging.getLogger(__name__)

ATTEMPTS: Final = 5
_DEGRADABLE = (Busy, Conflict, Unavailable)
_FIRST_PAUSE = 0.01


def open(url: str | os.PathLike[str], **options: Unpack[OpenOptions]) -> Library:  # noqa: A001
    """Open the library that `url` names; the scheme chooses the backend, the options are those of `OpenOptions`.

    Raises `BadURL`, `BadOption`, `UnknownScheme`, `DriverMissing`, `SchemaMismatch`, `IncompleteStore`, `Unavailable`,
    `DataCorrupt`.
    """
    settings = Settings.from_options(options)
    return Library(store_url(url), settings)


class Transaction(Namespaces):
    """Several operations in one transaction: `tx.songs…`. Belongs to the thread that opened it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.songs: SongOperations = SongOperations(session)

    def bound(self, kind: type[O]) -> O:
        """The operations of a domain, as part of this transaction."""
        return kind(self._session)

    def savepoint(self) -> AbstractContextManager[Savepoint]:
        """A block that an exception undoes; so does `rollback()` of what it gives."""
        return self._session.savepoint()

    def rollback(self) -> None:
        """Undo everything and end the transaction; the block may run out, but use it no more."""
        self._session.check_usable()
        self._session.rollback()

    def on_commit(self, callback: Callable[[], object]) -> None:
        """Call this once everything is durable. A savepoint that is undone forgets its callbacks."""
        self._session.on_commit(callback)


def _closed() -> SessionClosed:
    return SessionClosed("library", "Open it again with karaoke_persist.open, and close it once, at the end")


class Library(Namespaces):
    """An opened store. Shared by threads; a context manager that closes it."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.url: str = redacted(url)
        self._settings = settings
        self._plugins = Plugins(settings.plugins, own=[own_importers])
        self.store: SongStore = open_store(url, settings.store_options(self._report_corrupt))
        self._context = SessionContext(
            scheme_of(url), settings.models, settings.clock, settings.new_id, self._plugins.rotation_policies
        )
        self._writers: dict[Home, Session] = {}
        self._closed = False
        self.media: MediaFolders = MediaFolders(
            self, settings.roots, self._plugins.media_readers, self._plugins.name_patterns
        )
        self.songs: LibrarySongs = LibrarySongs(self, self.media)
        self.transfer: LibraryTransfer = LibraryTransfer(self, self._plugins.importers)
        self._refuse_incomplete()
        self._finish_removals()

    def bound(self, kind: type[O]) -> O:
        """The operations of a domain, each call a transaction of its own."""
        return kind(None, self)

    def transaction(
        self, *, read_only: bool = False, timeout: float | None = None
    ) -> AbstractContextManager[Transaction]:
        """Several operations, all or none. A clean end commits, any exception rolls back.

        `timeout` is how many seconds to wait for the writer (`Busy` after that; 0 does not wait). A read-only
        transaction sees one moment of the library and makes nobody wait.
        """
        return self._transaction(read_only, timeout)

    def run(self, function: Callable[[Transaction], T], *, read_only: bool = False, attempts: int = ATTEMPTS) -> T:
        """Call the function with a transaction and return what it returns; on a `Conflict`, again in a fresh one.

        The function may run several times: it should do nothing that a rollback does not undo.
        """
        if attempts < 1:
            raise InvalidValue("attempts", attempts, "at least one attempt is needed")
        for attempt in range(1, attempts):
            try:
                return self._run_once(function, read_only)
            except Conflict as conflict:
                log.debug("attempt %d met a conflict, trying again: %s", attempt, conflict)
                time.sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - spread, not secrecy
        return self._run_once(function, read_only)

    def check(self, *, repair: bool = False, progress: Progress | None = None) -> list[Finding]:
        """Look whether what is derived from the songs, their readings and the index of search, agrees with them.

        With `repair` what is found is mended in one transaction, for which other writers wait; it may not be called
        inside one. `progress` is called now and then with the number of rows that were looked at, and of all.
        `library.media.check` compares the songs with their files.
        """
        if self._closed:
            raise _closed()
        if repair and here() in self._writers:
            raise NestedSession
        return self.store.check(repair=repair, progress=progress)

    def run_in_session(self, function: Callable[[Session], T], *, read_only: bool = False) -> T:
        """The same for what works with the session itself."""
        return self.run(lambda tx: function(tx._session), read_only=read_only)

    def close(self) -> None:
        """Give everything back. Closing twice does nothing."""
        if not self._closed:
            self._closed = True
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Library {self.url}{' closed' if self._closed else ''}>"

    def _refuse_incomplete(self) -> None:
        """A store that a copy has left with a part of everything must not pass for a whole one."""
        if self._settings.allow_incomplete or Transfer not in self._settings.models:
            return
        try:
            refuse_incomplete(self._read_once(lambda session: session.get(Transfer, LAST), single=True), self.url)
        except BaseException:
            self.close()
            raise

    # one-shot operations

    def run_operation(self, spec: OperationSpec, call: Callable[[Session], T]) -> T:
        """Run one operation in a transaction of its own; degrade or raise, as `open(on_error=…)` says."""
        try:
            if spec.access == "write":
                return self.run(lambda tx: call(tx._session))
            return self._read_once(call, single=spec.access == "single")
        except _DEGRADABLE as error:
            if spec.empty is None or self._settings.on_error == "raise":
                raise
            log.exception("%s on %s failed and was answered with its empty value", spec.name, self.url)
            self._plugins.operation_failed(OperationFailure(spec.name, error))
            empty: T = spec.empty()
            return empty

    def _read_once(self, call: Callable[[Session], T], *, single: bool) -> T:
        session = self._open_session(read_only=True, single=single)
        try:
            return call(session)
        except SnapshotNeeded:
            pass
        finally:
            session.rollback()
        return self._read_once(call, single=False)

    def _run_once(self, function: Callable[[Transaction], T], read_only: bool) -> T:
        with self._transaction(read_only, None) as tx:
            return function(tx)

    def _finish_removals(self) -> None:
        """What a crash left of songs that were deleted with their files; a store that is busy leaves it for later."""
        if self._settings.roots and MediaFile in self._settings.models:
            try:
                self.media.finish_removals()
            except StorageError:
                log.exception("finishing removals on %s failed", self.url)

    # sessions

    @contextmanager
    def _transaction(self, read_only: bool, timeout: float | None) -> Iterator[Transaction]:
        session = self._open_session(read_only=read_only, timeout=timeout)
        home = here()
        if not read_only:
            self._writers[home] = session
        try:
            yield Transaction(session)
        except BaseException:
            self._abandon(session)
            raise
        else:
            outcome = session.commit() if session.is_open else None
        finally:
            if not read_only:
                self._writers.pop(home, None)
        if outcome is not None:
            self._announce(outcome)

    def _open_session(self, *, read_only: bool, single: bool = False, timeout: float | None = None) -> Session:
        if self._closed:
            raise _closed()
        if not read_only and here() in self._writers:
            raise NestedSession
        backend = self.store.session(read_only=read_only, single=single, timeout=timeout)
        return Session(backend, self._context, read_only=read_only, single=single)

    def _abandon(self, session: Session) -> None:
        """Roll back on the way out of an exception, which is the news; a failing rollback is only logged."""
        try:
            session.rollback()
        except Exception:
            log.exception("rolling back on %s failed", self.url)

    # after the commit

    def _announce(self, outcome: Outcome) -> None:
        if outcome.changes:
            self._plugins.after_commit(tuple(outcome.changes))
        for callback in outcome.callbacks:
            try:
                callback()
            except Exception:
                log.exception("a callback after the commit on %s failed", self.url)

    def _report_corrupt(self, error: DataCorrupt) -> None:
        log.error("left out of a listing on %s: %s", self.url, error)
        self._plugins.operation_failed(OperationFailure("listing", error))
