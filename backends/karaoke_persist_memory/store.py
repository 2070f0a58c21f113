"""The store: one database in this process, private or shared by name."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable
from importlib.metadata import version
from typing import Final
from weakref import WeakSet

from karaoke_persist.contract import CONTRACT_VERSION, BackendInfo, Finding, SchemaState, StoreOptions
from karaoke_persist.contract.findings import Progress
from karaoke_persist.errors import BadURL, Busy, Unsupported
from karaoke_persist.models import Record
from karaoke_persist_memory.session import MemorySession, Tables
from karaoke_persist_memory.table import Table

_URL: Final = re.compile(r"memory://(?P<name>[A-Za-z0-9_.-]*)", re.IGNORECASE)
_CURRENT: Final = SchemaState("current", "memory", "memory")


class Database:
    """The committed tables, and the lock that lets one writer in at a time."""

    def __init__(self, models: Iterable[type[Record]]) -> None:
        self.tables: Tables = {}
        self.users = 0
        self.add_models(models)
        self.renew_locks()
        _databases.add(self)

    def add_models(self, models: Iterable[type[Record]]) -> None:
        """Make room for models that are not there yet."""
        fresh = {model.integrity.collection: Table.empty(model) for model in models}
        self.tables = {**fresh, **self.tables}

    def publish(self, tables: Tables) -> None:
        """Show a writer's tables to everybody who begins after this."""
        self.tables = {**self.tables, **tables}

    def acquire_writer(self, timeout: float) -> None:
        """Wait for the writer's place."""
        if not self._writer.acquire(timeout=timeout):
            raise Busy("the writer of this memory store", timeout)

    def release_writer(self) -> None:
        """Let the next writer in. Any thread may do it, when a block is left in another one than it was entered."""
        self._writer.release()

    def renew_locks(self) -> None:
        """Fresh locks: at the start, and in a forked child, where whoever held the old ones does not exist."""
        self._writer = threading.Lock()
        self.indexing = threading.Lock()
        """For who makes an index."""


_databases: WeakSet[Database] = WeakSet()
_named: dict[str, Database] = {}
_names_lock = threading.Lock()


def _after_fork() -> None:
    global _names_lock
    _names_lock = threading.Lock()
    for database in _databases:
        database.renew_locks()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class MemoryStore:
    """A handle on a database; threads share it."""

    def __init__(self, database: Database, name: str, options: StoreOptions) -> None:
        self.info = BackendInfo("memory", version("karaoke-persist"), CONTRACT_VERSION, frozenset(), "memory")
        self._database = database
        self._name = name
        self._timeout = options.timeout
        self._closed = False

    def session(self, *, read_only: bool = False, single: bool = False, timeout: float | None = None) -> MemorySession:
        """Begin a transaction; a writer waits for its turn."""
        if not read_only:
            self._database.acquire_writer(self._timeout if timeout is None else timeout)
        return MemorySession(self._database, read_only=read_only)

    def schema(self) -> SchemaState:
        """Always current: tables follow the models."""
        return _CURRENT

    def migrate(self, progress: Progress | None = None) -> SchemaState:
        """Nothing to do."""
        return _CURRENT

    def check(self, *, repair: bool = False, progress: Progress | None = None) -> list[Finding]:
        """Nothing is kept that could disagree."""
        return []

    def close(self) -> None:
        """Let go; the last one to let go of a name takes its data along."""
        if self._closed:
            return
        self._closed = True
        with _names_lock:
            self._database.users -= 1
            if self._name and not self._database.users:
                _named.pop(self._name, None)


def open_memory_store(url: str, options: StoreOptions) -> MemoryStore:
    """Open a private database, or the one of that name."""
    match = _URL.fullmatch(url)
    if match is None:
        raise BadURL(url, "the name may hold letters, digits, '.', '_' and '-'", "Examples: memory://, memory://party")
    if options.durability is not None:
        raise Unsupported("memory://", f"durability={options.durability!r}", "It keeps nothing; use sqlite:///file.db.")
    options.refuse_unknown_options()
    name = match["name"]
    with _names_lock:
        database = _named.setdefault(name, Database(options.models)) if name else Database(options.models)
        database.add_models(options.models)
        database.users += 1
    return MemoryStore(database, name, options)
