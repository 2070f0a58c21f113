"""The base of SQL stores: sessions, schema, and what happens to connections."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar, NamedTuple, Self, cast
from weakref import WeakSet

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from karaoke_persist.contract import (
    CONTRACT_VERSION,
    BackendInfo,
    Capability,
    FoundRows,
    SchemaState,
    StoreOptions,
    StoreSession,
)
from karaoke_persist.contract.findings import Finding, Progress
from karaoke_persist.contract.info import Durability
from karaoke_persist.errors import BadOption, DataCorrupt, SchemaMismatch, SessionClosed, Unsupported
from karaoke_persist_sql.dialect import Activity, SQLDialect
from karaoke_persist_sql.layout import Layout, layout_of
from karaoke_persist_sql.leases import RECYCLE_SECONDS, Lease, Leases
from karaoke_persist_sql.plans import Plans
from karaoke_persist_sql.reading import ReadingSession
from karaoke_persist_sql.schema import state_of, upgrade
from karaoke_persist_sql.search.checking import Check
from karaoke_persist_sql.search.indexes import refuse_newer, with_rules
from karaoke_persist_sql.search.rebuilding import Rebuilding, build_first
from karaoke_persist_sql.session import WritingSession

POOL_SIZE = 8
Begin = Callable[[Lease, float], None]


class SQLStore(ABC):
    """One opened database. A backend adds its connections, and how transactions and migrations begin."""

    distribution: ClassVar[str]
    """The distribution that the backend is part of; its version is told."""
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.PERSISTENT, Capability.MULTI_PROCESS, Capability.RELAXED_DURABILITY}
    )
    more_options: ClassVar[tuple[str, ...]] = ()
    """The backend options that are known beside those of the pool."""
    options: StoreOptions
    dialect: SQLDialect
    readers: Leases
    writers: Leases
    """May be the same as `readers`."""
    writing_session: ClassVar[type[WritingSession]] = WritingSession

    def __init__(self, url: str, options: StoreOptions, dialect: SQLDialect) -> None:
        self.url, self.options, self.dialect = url, options, dialect
        self.layout: Layout = layout_of(tuple(options.models), dialect)
        self.plans = Plans(self.layout, dialect)
        self.pool = pool_options(options, self.more_options)
        self.durability: Durability = _durability(options)
        self.report_corrupt: Callable[[DataCorrupt], None] = options.report_corrupt
        self._closed = False
        _stores.add(self)

    # the contract

    @property
    def info(self) -> BackendInfo:
        """The facts of this store."""
        scheme, told = self.dialect.scheme, _version(self.distribution)
        return BackendInfo(scheme, told, CONTRACT_VERSION, self.capabilities, self.durability)

    def session(self, *, read_only: bool = False, single: bool = False, timeout: float | None = None) -> StoreSession:
        """Begin a transaction; a `single` session reads once and needs none."""
        if self._closed:
            raise SessionClosed("store")
        if timeout is None:
            timeout = self.options.timeout
        if not (read_only or single):
            return self._writing_session(timeout)
        lease = self._begun(self.readers, None if single else self.begin_snapshot, timeout)
        # Core refuses a write before it gets here, so the half that reads is all there is.
        return cast("StoreSession", ReadingSession(self, lease, timeout, single=single))

    def schema(self) -> SchemaState:
        """Compare the database's schema with the one needed."""
        lease = self._begun(self.readers, None, self.options.timeout)
        try:
            return self.schema_state(lease.connection)
        except self.dialect.driver_error as error:
            raise self.translated(error, "open") from error
        finally:
            self.readers.release(lease)

    @contextmanager
    def found_rows(self, batch: int) -> Iterator[FoundRows]:
        """Rows as they are while the schema is an older one."""
        session = cast("ReadingSession", self.session(read_only=True))
        try:
            yield session.found(batch)
        finally:
            session.rollback()

    def migrate(self, progress: Progress | None = None) -> SchemaState:
        """Create or upgrade the schema, in one transaction that is alone in doing so; an index by older rules later."""
        engine = self.migration_engine()
        self.enter_writer(self.options.timeout)
        try:
            with engine.begin() as connection:
                rebuilding = self._make_current(connection)
        except DBAPIError as error:
            cause = error.orig if isinstance(error.orig, self.dialect.driver_error) else error
            raise self.translated(cause) from cause
        except self.dialect.driver_error as error:
            raise self.translated(error, "open") from error
        finally:
            engine.dispose()
            self.leave_writer()
        if rebuilding is not None:
            rebuilding.run(progress)
        return self.schema()

    def check(self, *, repair: bool = False, progress: Progress | None = None) -> list[Finding]:
        """Compare the index of search with the songs, in one snapshot; mended in one transaction that is alone."""
        indexes = self.layout.search
        if indexes is None:
            return []
        session = cast("ReadingSession", self.session(read_only=not repair))
        try:
            refuse_newer(indexes.state_in(session), self.plans.rules, self.url)
            findings = Check(session, indexes, progress).findings(repair=repair)
        except BaseException:
            session.rollback()
            raise
        session.commit()
        return findings

    def close(self) -> None:
        """Give everything back."""
        self._closed = True
        _stores.discard(self)
        for leases in self._all_leases():
            leases.close()

    @property
    def sessions_open(self) -> int:
        """How many connections are in use, for those who look for leaks."""
        return sum(leases.in_use for leases in self._all_leases())

    # what a backend adds

    @abstractmethod
    def begin_snapshot(self, lease: Lease, timeout: float) -> None:
        """Begin a read-only transaction that sees one snapshot from now on."""

    @abstractmethod
    def begin_writing(self, lease: Lease, timeout: float) -> None:
        """Begin a transaction that is alone in writing. Raises what the driver raises."""

    @abstractmethod
    def migration_engine(self) -> Engine:
        """An engine of SQLAlchemy's without a pool, for the transaction of a migration."""

    @abstractmethod
    def begin_migration(self, connection: Connection) -> Any:
        """Wait in this transaction for others that migrate or write; the raw connection, for `schema_state`."""

    def upgrade_schema(self, connection: Connection, state: SchemaState) -> None:
        """Bring a schema that is not current up to date."""
        upgrade(connection, self.layout)

    def enter_writer(self, timeout: float) -> float:
        """Wait in this process for the turn to write; the seconds that are left for the database's own lock."""
        return timeout

    def leave_writer(self) -> None:  # noqa: B027  # a database whose own lock is fair needs no other
        """Let the next writer of this process in."""

    # for backends

    def ready(self) -> Self:
        """This store, once it is ready for use; one that cannot be made ready is closed."""
        try:
            self.prepare()
        except BaseException:
            self.close()
            raise
        return self

    def prepare(self) -> None:
        """Create an absent schema if that is wanted, and refuse any but the current one."""
        if not self.options.check_schema:
            return
        state = self.schema()
        if state.state == "current":
            return
        creatable = state.state == "absent" or state.found == state.expected
        if not creatable or not self.options.create_schema:
            raise SchemaMismatch(state.state, state.found, state.expected, self.url)
        self.migrate()

    def leases(self, connect: Callable[[], Any], size: int, what: str = "a connection of the pool") -> Leases:
        """At most so many connections of a pool; `what` a session waits for is told when it does so in vain."""
        pool = QueuePool(
            connect,
            pool_size=size,
            max_overflow=0,
            recycle=RECYCLE_SECONDS,
            pre_ping=self.pool.ping,
            dialect=self.dialect.driver,
            reset_on_return=None,  # a session ends its transaction itself
        )
        return Leases(pool, size, keep=not self.pool.ping, what=what)

    def schema_state(self, connection: Any) -> SchemaState:
        """Compare the schema that a raw connection sees with the one needed."""
        state, indexes = state_of(connection, self.dialect, self.layout), self.layout.search
        if state.state != "current" or indexes is None:
            return state
        return with_rules(state, indexes.state_of(connection), self.plans.rules)

    def translated(self, error: Exception, activity: Activity = "work", timeout: float | None = None) -> Exception:
        """The error of the contract for one of the driver."""
        return self.dialect.translate(error, activity, self.options.timeout if timeout is None else timeout)

    # for sessions

    def renew(self, lease: Lease, timeout: float) -> Lease:
        """A fresh connection for a reader that lost its own."""
        self.readers.discard_free()
        self.readers.discard(lease)
        return self._begun(self.readers, None, timeout)

    def begin_again(self, lease: Lease, timeout: float) -> Lease:
        """Begin a read-only transaction for a session that had none; its connection, or another if it was lost."""
        try:
            self.begin_snapshot(lease, timeout)
        except self.dialect.driver_error as error:
            if not self.dialect.is_disconnect(error):
                raise self.translated(error, "work", timeout) from error
        else:
            return lease
        self.readers.discard_free()
        self.readers.discard(lease)
        return self._begun(self.readers, self.begin_snapshot, timeout)

    def finish(self, lease: Lease, *, writes: bool, broken: bool) -> None:
        """Take a session's connection back and, if it wrote, let the next writer in."""
        leases = self.writers if writes else self.readers
        try:
            if broken:
                leases.discard(lease)
            else:
                leases.release(lease)
        finally:
            if writes:
                self.leave_writer()

    def _make_current(self, connection: Connection) -> Rebuilding | None:
        """Bring the schema up to date; what is to be done for the index of search afterwards."""
        raw = self.begin_migration(connection)
        state = state_of(raw, self.dialect, self.layout)
        if state.state == "ahead":
            raise SchemaMismatch(state.state, state.found, state.expected, self.url)
        if state.found is None:
            self._refuse_others_tables(raw)
        if state.state != "current":
            self.upgrade_schema(connection, state)
        if self.layout.search is None:
            return None
        session = self.writing_session(self, Lease.borrowed(raw), self.options.timeout)
        if is_behind := build_first(session, self.layout.search):
            self.layout.search.places[1].create(connection)
        is_needed = is_behind or session.has_table(self.layout.search.places[1].docs.name)
        return Rebuilding(self.layout.search, self.session) if is_needed else None

    def _refuse_others_tables(self, connection: Any) -> None:
        """Tables of our names without our version are somebody else's."""
        names = [table.name for table in self.layout.metadata.tables.values()]
        if found := self.dialect.existing_tables(connection, names):
            taken = f"a database in which somebody else has {', '.join(sorted(found))}"
            raise Unsupported(self.dialect.scheme, taken, "Use another database, or another schema in it.")

    def _writing_session(self, timeout: float) -> WritingSession:
        left = self.enter_writer(timeout)
        try:
            lease = self._begun(self.writers, self.begin_writing, left)
            return self.writing_session(self, lease, timeout)
        except BaseException:
            self.leave_writer()
            raise

    def _begun(self, leases: Leases, begin: Begin | None, timeout: float) -> Lease:
        """A connection with its transaction begun; one that went stale is replaced once."""
        try:
            return self._begin_once(leases, begin, timeout)
        except self.dialect.driver_error as error:
            if not self.dialect.is_disconnect(error):
                raise self.translated(error, "open", timeout) from error
        leases.discard_free()
        try:
            return self._begin_once(leases, begin, timeout)
        except self.dialect.driver_error as error:
            raise self.translated(error, "open", timeout) from error

    def _begin_once(self, leases: Leases, begin: Begin | None, timeout: float) -> Lease:
        lease = leases.acquire(timeout)
        if begin is None:
            return lease
        try:
            begin(lease, timeout)
        except BaseException as error:
            self._put_back(leases, lease, error)
            raise
        return lease

    def _put_back(self, leases: Leases, lease: Lease, error: BaseException) -> None:
        """After a failed BEGIN: clean, if the driver can still be talked to."""
        if isinstance(error, self.dialect.driver_error) and not self.dialect.is_disconnect(error):
            try:
                lease.connection.rollback()
            except self.dialect.driver_error:
                leases.discard(lease)
            else:
                leases.release(lease)
        else:
            leases.discard(lease)

    def _all_leases(self) -> tuple[Leases, ...]:
        found = (getattr(self, "readers", None), getattr(self, "writers", None))
        return tuple(dict.fromkeys(leases for leases in found if leases is not None))

    def after_fork(self) -> None:
        """In the child: begin with connections and locks of its own."""
        for leases in self._all_leases():
            _of_the_parent.append(leases.abandon())


class PoolOptions(NamedTuple):
    """How connections are kept."""

    size: int
    """How many there are for readers."""
    ping: bool
    """Whether a connection is tried before each use."""


def pool_options(options: StoreOptions, more: tuple[str, ...] = ()) -> PoolOptions:
    """The options of the pool. Others are refused, but for those that the backend knows."""
    options.refuse_unknown_options(("pool_size", "pre_ping", *more))
    size, ping = options.backend_options.get("pool_size", POOL_SIZE), options.backend_options.get("pre_ping", False)
    if type(size) is not int or size < 1:
        raise BadOption("pool_size", f"{size!r} is no number of connections", "Give a whole number from 1 on.")
    if type(ping) is not bool:
        raise BadOption("pre_ping", f"{ping!r} is neither True nor False", "Give one of them.")
    return PoolOptions(size, ping)


def _durability(options: StoreOptions) -> Durability:
    if options.durability == "memory":
        raise BadOption("durability", "this database is not memory", 'Choose "full" or "relaxed", or open memory://.')
    return options.durability or "full"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"


_stores: WeakSet[SQLStore] = WeakSet()
_of_the_parent: list[object] = []  # kept, because collecting a connection would close what the parent still uses


def _after_fork() -> None:
    for store in list(_stores):
        store.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
