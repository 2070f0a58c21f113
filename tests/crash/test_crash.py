"""A process is killed at any point of its writes; nothing that was acknowledged is lost, and nothing is by halves.

The rule: let `n` be the last transaction whose commit returned in the killed process. Then the library holds exactly
what the transactions up to `n` left, or exactly what those up to `n + 1` left, if COMMIT had been reached when the
process died and could not be acknowledged any more. It holds nothing else, opens as ever, and the writer is free.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crash_writer import found, kill_writers, state, write

import karaoke_persist
from karaoke_persist.testing.processes import Worker

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def survive(url: str, rounds: int, check: Callable[[], object] = lambda: None) -> int:
    """Kill writers, each beginning where the one before was killed, and look; how many transactions there were."""
    number = 0
    with karaoke_persist.open(url, on_error="raise"):
        pass  # so that the schema is there
    with Worker(kill_writers, url, rounds) as killer:
        for _ in range(rounds):
            killer.pipe.send(number)
            assert killer.pipe.poll(30), "a round of killing hangs"
            acknowledged = killer.pipe.recv()
            check()
            with karaoke_persist.open(url, on_error="raise", timeout=10) as library:
                left = found(library)
            number = left.get("counter", 0) or 0
            assert number in (acknowledged, acknowledged + 1)
            assert left == state(number)
    with karaoke_persist.open(url, on_error="raise", timeout=10) as library:
        write(library, number + 1)
        assert found(library) == state(number + 1)
    return number


@pytest.mark.backend("sqlite")
def test_sqlite(tmp_path: Path, rounds: int) -> None:
    """On SQLite, what was acknowledged is there after each kill, nothing is there by halves, and the file is well."""

    def check() -> None:
        with closing(sqlite3.connect(tmp_path / "crash.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []

    assert survive(f"sqlite:///{tmp_path}/crash.db", rounds, check) > rounds / 10


@pytest.mark.backend("postgres")
def test_postgres_clients(postgres_server: Any, rounds: int) -> None:
    """On PostgreSQL, whose server goes on, the same holds for each killed client, and its locks are gone with it."""
    database = postgres_server.create()
    try:
        assert survive(postgres_server.url(database), rounds) > rounds / 10
    finally:
        postgres_server.drop(database)
