"""Helpers that only the tests of PostgreSQL need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlite_probes import options

PIDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def open_store(url: str, **changes: Any) -> Any:
    """The store of a database."""
    import karaoke_persist_postgres

    return karaoke_persist_postgres.karaoke_open_store(url, options(**changes))


def with_part(url: str, **changes: Any) -> str:
    """The URL with another `user`, `password`, `host` or `port`."""
    parts = urlsplit(url)
    has = {"user": parts.username, "password": parts.password, "host": parts.hostname, "port": parts.port, **changes}
    return urlunsplit(parts._replace(netloc="{user}:{password}@{host}:{port}".format(**has)))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def shows(error: BaseException, secret: str) -> bool:
    """Whether an error, or one that it came from, gives a secret away."""
    return any(secret in f"{each!r} {each}" for each in chain(error))


def pid_of(session: Any) -> int:
    """The server's process that serves a session."""
    pid: int = session._connection.info.backend_pid
    return pid
