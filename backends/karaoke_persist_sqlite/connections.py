"""Opening connections to a file, each with the settings it needs."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from karaoke_persist.contract import Durability
from karaoke_persist.errors import DataCorrupt, Unavailable, Unsupported

Role = Literal["reader", "writer", "migration"]

MAX_MILLISECONDS = 2**31 - 1
COPIED_PAGES = 4_096
_PAUSES = (0.0003, 0.0015)
_WAIT_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_ROLE_PRAGMAS: dict[Role, tuple[str, ...]] = {
    "reader": ("PRAGMA query_only = ON", "PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY"),
    # In memory, what a savepoint would undo is a list that the end of each statement walks through from its beginning:
    # many songs at once would take the longer, the more pages they touch. A file is begun only beyond 64 KB.
    "writer": ("PRAGMA foreign_keys = ON", "PRAGMA cache_size = -32768", "PRAGMA temp_store = FILE"),
    # A table that is rebuilt would lose the rows that name its own; they are checked at the end instead.
    "migration": ("PRAGMA foreign_keys = OFF", "PRAGMA temp_store = MEMORY"),
}


def milliseconds(timeout: float) -> int:
    """A timeout as SQLite takes it."""
    return max(0, min(int(timeout * 1_000), MAX_MILLISECONDS))


def connect(path: str, role: Role, durability: Durability, timeout: float) -> sqlite3.Connection:
    """A connection to an existing file, with no transactions but those begun by a statement of ours."""
    # mode=rw: a file that was deleted under us must not come back empty.
    # A writer asks for the lock again and again by itself (`retried`).
    connection = _connect(f"{Path(path).as_uri()}?mode=rw", 0 if role == "writer" else timeout)
    synchronous = "NORMAL" if durability == "relaxed" else "FULL"
    try:
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        for pragma in _ROLE_PRAGMAS[role]:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare_file(path: str, timeout: float) -> None:
    """Make the file if it is not there, and switch it to a write-ahead log, so that readers never wait."""
    connection = _connect(f"{Path(path).as_uri()}?mode=rwc", timeout)
    try:
        if _text(connection, "PRAGMA journal_mode") != "wal":
            retried(lambda: _switch_to_wal(connection, path), timeout)
        if _text(connection, "PRAGMA encoding") != "UTF-8":
            raise Unsupported("sqlite", f"the UTF-16 database {path}", "Its text sorts differently; use another file.")
    finally:
        connection.close()


def _connect(uri: str, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(
        uri,
        uri=True,
        timeout=milliseconds(timeout) / 1_000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )


def _switch_to_wal(connection: sqlite3.Connection, path: str) -> None:
    if _text(connection, "PRAGMA journal_mode = WAL") != "wal":
        raise Unavailable(
            f"the file system of {path} cannot share memory, which a write-ahead log needs",
            "Put the file on a local disk",
            retryable=False,
        )


def retried(action: Callable[[], object], timeout: float) -> None:
    """Repeat while others are in the way, until the timeout.

    The switch to WAL does not wait by itself. `BEGIN IMMEDIATE` would, but SQLite's busy handler sleeps longer each
    time, up to a tenth of a second, so that a writer among busy ones is passed by again and again.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in _WAIT_CODES or time.monotonic() >= deadline:
                raise
        time.sleep(random.uniform(*_PAUSES))  # noqa: S311 - spread, not secrecy


def _text(connection: sqlite3.Connection, pragma: str) -> str:
    return str(connection.execute(pragma).fetchone()[0])


def copy_file(path: str, target: str, tell: Callable[[int, int], object]) -> None:
    """Copy a database page by page from one moment of it, which a transaction holds, so that nobody has to wait."""
    source, copy = _connect(f"{Path(path).as_uri()}?mode=rw", 0), sqlite3.connect(target, isolation_level=None)
    try:
        source.execute("PRAGMA query_only = ON")
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        source.backup(copy, pages=COPIED_PAGES, progress=lambda _, left, total: tell(total - left, total))
        copy.execute("PRAGMA journal_mode = DELETE")  # so that the copy is one file; opening it for use changes that
        if (found := _text(copy, "PRAGMA quick_check")) != "ok":
            raise DataCorrupt(path, f"its copy is damaged ({found})")
    finally:
        copy.close()
        source.close()
