"""How a server can end what a session is doing, and ways to make it wait there until it is ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from postgres_server import TestServer

WAITS_WITHIN = 30.0
_WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event = %s"
# A commit waits here before anything is written down: what it would have stored is not stored.
_SLOW_COMMIT = """
CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(10); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON kp_songs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.id = 'new') EXECUTE FUNCTION wait_in_commit()
"""


class Termination:
    """An administrator ends one connection."""

    server_goes_on = True

    def __init__(self, server: TestServer) -> None:
        self._server = server

    def end(self, pid: int) -> None:
        """End the connection that this process of the server's serves."""
        with self._server.connect() as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    def recover(self) -> None:
        """Nothing has to be done."""


class Crash:
    """The server ends at once, as in a crash, and is started again."""

    server_goes_on = False

    def __init__(self, server: Any) -> None:
        self._server = server

    def end(self, _pid: int) -> None:
        """End the server."""
        self._server.stop("immediate")

    def recover(self) -> None:
        """Start it, unless it runs."""
        if not self._server.running:
            self._server.start()


class Stop(Crash):
    """An administrator stops the server, which ends every connection, and starts it again."""

    def end(self, _pid: int) -> None:
        """Stop the server."""
        self._server.stop("fast")


Loss = Termination | Crash
LOSSES: dict[str, type[Termination | Crash]] = {"terminated": Termination, "stopped": Stop, "crashed": Crash}


@contextmanager
def ended_in_statement(loss: Loss, server: TestServer, database: str) -> Iterator[None]:
    """Within the block, the first statement on the songs is ended while it runs: it waits for a lock on their table.

    The lock is a prepared transaction's, which no end of a connection and no restart lets go.
    """
    with server.connect(database) as connection:
        if connection.execute("SHOW max_prepared_transactions").fetchone() == ("0",):
            pytest.skip("this server prepares no transactions")
        connection.execute("BEGIN; LOCK TABLE kp_songs IN ACCESS EXCLUSIVE MODE; PREPARE TRANSACTION 'kp_test'")

    def unlock() -> None:
        with server.connect(database) as connection:
            connection.execute("ROLLBACK PREPARED 'kp_test'")

    with _ended_waiting(loss, server, (database, "relation"), unlock):
        yield


@contextmanager
def ended_before_commit_is_written(loss: Loss, server: TestServer, database: str) -> Iterator[None]:
    """Within the block, the COMMIT that stores the song `new` is ended in its midst, and comes to nothing."""
    with server.connect(database) as connection:
        connection.execute(_SLOW_COMMIT)

    def hurry() -> None:
        with server.connect(database) as connection:
            connection.execute("DROP TRIGGER wait_in_commit ON kp_songs")

    with _ended_waiting(loss, server, (database, "PgSleep"), hurry):
        yield


@contextmanager
def ended_after_commit_is_written(loss: Loss, server: TestServer, database: str) -> Iterator[None]:
    """Within the block, a COMMIT is ended when all is written down, but nothing said yet: it waits for a standby."""
    _wait_for_standbys(server, "nobody")
    with _ended_waiting(loss, server, (database, "SyncRep"), lambda: _wait_for_standbys(server, "")):
        yield


@contextmanager
def _ended_waiting(
    loss: Loss, server: TestServer, waiting: tuple[str, str], restore: Callable[[], object]
) -> Iterator[None]:
    """Within the block, the first connection to a database that waits for an event is ended; no other waits."""
    met: list[int] = []

    def watch() -> None:
        with closing(server.connect()) as connection:
            deadline = time.monotonic() + WAITS_WITHIN
            while not met and time.monotonic() < deadline:
                met.extend(pid for (pid,) in connection.execute(_WAITING, waiting).fetchall())
        if met:
            loss.end(met[0])
        if loss.server_goes_on:
            restore()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        watcher.join()
        if not loss.server_goes_on:
            loss.recover()
            restore()
    assert met, f"nothing was waiting for {waiting[1]}"


def _wait_for_standbys(server: TestServer, names: str) -> None:
    """Let every COMMIT wait for these standbys from now on."""
    with server.connect() as connection:
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        connection.execute("SELECT pg_reload_conf()")
    while True:
        with server.connect() as connection:
            if connection.execute("SHOW synchronous_standby_names").fetchone() == (names,):
                connection.execute("CHECKPOINT")  # by the process that tells the others; it has read the setting then
                return
