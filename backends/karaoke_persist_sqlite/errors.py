"""From SQLite's result codes to the errors of the contract."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from karaoke_persist.errors import (
    Busy,
    CommitUnknown,
    Conflict,
    DataCorrupt,
    KaraokePersistError,
    StoreBug,
    Unavailable,
)


class Situation(NamedTuple):
    """What is known beside the code."""

    path: str
    timeout: float
    name: str
    """SQLite's name of the code, such as SQLITE_BUSY_SNAPSHOT."""


def translate(error: Exception, path: str, *, committing: bool, timeout: float) -> KaraokePersistError:
    """The error of the contract for an error of `sqlite3`; what has no place among them is a bug of ours."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return StoreBug("sqlite", f"the driver raised {type(error).__name__}: {error}")
    name = getattr(error, "sqlite_errorname", None) or f"code {code}"
    if committing and code & 0xFF == sqlite3.SQLITE_IOERR:
        return CommitUnknown(f"{name} on {path}")
    make = _ERRORS.get(code) or _ERRORS.get(code & 0xFF)
    if make is None:
        return StoreBug("sqlite", f"{name}: {error}")
    return make(Situation(path, timeout, name))


def _busy(about: Situation) -> KaraokePersistError:
    return Busy(f"the writer of {about.path}", about.timeout)


def _conflict(about: Situation) -> KaraokePersistError:
    return Conflict(about.name)


def _not_a_database(about: Situation) -> KaraokePersistError:
    return DataCorrupt(about.path, "the file is not an SQLite database")


def _corrupt(about: Situation) -> KaraokePersistError:
    return DataCorrupt(about.path, f"the database file is damaged ({about.name})")


def _unavailable(problem: str, remedy: str) -> Callable[[Situation], KaraokePersistError]:
    def make(about: Situation) -> KaraokePersistError:
        return Unavailable(f"{about.path} {problem} ({about.name})", remedy, retryable=False)

    return make


_PERMISSIONS = "Check that this user may read and write the file and its folder"
_ERRORS: dict[int, Callable[[Situation], KaraokePersistError]] = {
    sqlite3.SQLITE_BUSY: _busy,
    sqlite3.SQLITE_LOCKED: _busy,
    sqlite3.SQLITE_PROTOCOL: _busy,
    sqlite3.SQLITE_BUSY_SNAPSHOT: _conflict,
    sqlite3.SQLITE_NOTADB: _not_a_database,
    sqlite3.SQLITE_CORRUPT: _corrupt,
    sqlite3.SQLITE_FULL: _unavailable("cannot grow: the disk is full", "Free some space; nothing was stored"),
    sqlite3.SQLITE_READONLY: _unavailable("may not be written", _PERMISSIONS),
    sqlite3.SQLITE_CANTOPEN: _unavailable("cannot be opened", _PERMISSIONS),
    sqlite3.SQLITE_PERM: _unavailable("may not be used", _PERMISSIONS),
    sqlite3.SQLITE_AUTH: _unavailable("may not be used", _PERMISSIONS),
    sqlite3.SQLITE_IOERR: _unavailable("cannot be read or written", "Check the disk, and that the file is still there"),
    sqlite3.SQLITE_NOLFS: _unavailable("is too large for this file system", "Move it to another"),
    sqlite3.SQLITE_NOMEM: _unavailable("needs more memory than there is", "Close other programs"),
}
