"""From SQLSTATEs to the errors of the contract. No message is ever read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import psycopg
from psycopg import pq

from karaoke_persist.errors import (
    Busy,
    CommitUnknown,
    Conflict,
    DataCorrupt,
    KaraokePersistError,
    StoreBug,
    Unavailable,
)
from karaoke_persist_sql import Activity

_LOST = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})
_LOST_CLASS = "08"


class Situation(NamedTuple):
    """What is known beside the code."""

    database: str
    timeout: float
    code: str
    conninfo: str


def is_disconnect(error: Exception) -> bool:
    """Whether the server ended the connection, or the driver found it ended."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    code = error.sqlstate
    return code is None or code in _LOST or code.startswith(_LOST_CLASS)


def translate(error: Exception, activity: Activity, about: Situation) -> KaraokePersistError:
    """The error of the contract for an error of psycopg; what has no place among them is a bug of ours."""
    code = error.sqlstate if isinstance(error, psycopg.Error) else None
    about = about._replace(code=code or type(error).__name__)
    if is_disconnect(error):
        if activity == "commit":
            return CommitUnknown(f"{about.code} on {about.database}")
        if isinstance(error, psycopg.OperationalError) and error.pgconn is not None and code is None:
            return _not_connected(error, about)
        return Unavailable(f"the connection to {about.database} was lost ({about.code})", _AGAIN, retryable=True)
    make = _ERRORS.get(about.code) or _CLASSES.get(about.code[:2]) if code else None
    if make is None:
        return StoreBug("postgresql", f"{about.code}: {error}")
    return make(about)


def _not_connected(error: psycopg.OperationalError, about: Situation) -> KaraokePersistError:
    """Why connecting failed. libpq gives no code for that, but says whether the server answers at all."""
    failed = error.pgconn
    if failed is not None and (failed.used_password or failed.needs_password):
        return Unavailable(f"{about.database} refused the login", _LOGIN, retryable=False)
    answer = pq.PGconn.ping(about.conninfo.encode())
    if answer == pq.Ping.OK:
        return Unavailable(f"{about.database} refused the connection", _REFUSED, retryable=False)
    if answer == pq.Ping.REJECT:
        return Unavailable(f"the server of {about.database} is starting or stopping", _AGAIN, retryable=True)
    return Unavailable(f"{about.database} cannot be reached", _UNREACHED, retryable=True)


def _busy(about: Situation) -> KaraokePersistError:
    return Busy(f"the writer of {about.database}", about.timeout)


def _no_connection(about: Situation) -> KaraokePersistError:
    return Busy(f"a connection to {about.database}", about.timeout)


def _conflict(about: Situation) -> KaraokePersistError:
    return Conflict(about.code)


def _corrupt(about: Situation) -> KaraokePersistError:
    return DataCorrupt(about.database, f"the server found it damaged ({about.code})")


def _unavailable(problem: str, remedy: str, *, retryable: bool = False) -> Callable[[Situation], KaraokePersistError]:
    def make(about: Situation) -> KaraokePersistError:
        return Unavailable(f"{about.database} {problem} ({about.code})", remedy, retryable=retryable)

    return make


_AGAIN = "Try again; if it stays so, look at the server"
_LOGIN = "Check the user, the password, and that the database exists"
_REFUSED = "Check that the database exists, that the user may connect to it, and that not too many do"
_UNREACHED = "Check that the server runs, and host and port"
_GRANT = "Make this role the owner of the database, or of the schema that is named"
_POOLER = 'Behind a pooler that shares connections open with backend_options={"prepare": False}'
_ERRORS: dict[str, Callable[[Situation], KaraokePersistError]] = {
    "55P03": _busy,
    "53300": _no_connection,
    "40001": _conflict,
    "40P01": _conflict,
    "53100": _unavailable("cannot grow: the disk of the server is full", "Free some space; nothing was stored"),
    "57014": _unavailable("cancelled a statement", "Raise statement_timeout for this role", retryable=True),
    "25006": _unavailable("is read-only", "Connect to the primary server, not to a standby"),
    "42501": _unavailable("does not allow this role what it needs", _GRANT),
    "3F000": _unavailable("has no schema to put tables in", 'Name one: backend_options={"schema": …}'),
    "3D000": _unavailable("does not exist", "Create it first"),
    "26000": _unavailable("does not know a prepared statement", _POOLER),
    "42P05": _unavailable("has somebody else's prepared statement", _POOLER),
    "XX001": _corrupt,
    "XX002": _corrupt,
}
_CLASSES: dict[str, Callable[[Situation], KaraokePersistError]] = {
    "28": _unavailable("refused the login", _LOGIN),
    "53": _unavailable("has not the resources for this", "Look at the server's memory and limits", retryable=True),
    "58": _unavailable("had an error of its system", "Look at the server's log"),
}
