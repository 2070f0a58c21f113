"""Helpers that only the tests of PostgreSQL need."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlite_probes import options

PIDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def open_store(url: str, **changes: Any) -> Any:
    """The store of a database."""
    import karaoke_persist_postgres

    return karaoke_persist_postgres.karaoke_open_store(url, options(**changes))


def with_part(url: str, *, user: str | None = None, password: str | None = None, port: int | None = None) -> str:
    """The URL with another login or port."""
    parts = urlsplit(url)
    login = f"{user or parts.username}:{password or parts.password}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.hostname}:{port or parts.port}"))


def pid_of(session: Any) -> int:
    """The server's process that serves a session."""
    pid: int = session._connection.info.backend_pid
    return pid
