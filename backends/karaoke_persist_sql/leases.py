"""Connections of a pool, kept at hand between sessions.

Taking a connection from SQLAlchemy's pool and giving it back costs more than a small read. A lease is held for longer:
the pool still makes, renews and closes the connections.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from karaoke_persist.errors import Busy

RECYCLE_SECONDS = 3_600


class Lease:
    """A driver's connection that one session at a time uses."""

    __slots__ = ("connection", "facts", "pooled", "since")

    def __init__(self, pooled: PoolProxiedConnection) -> None:
        self.pooled = pooled
        self.connection: Any = pooled.dbapi_connection
        self.since = time.monotonic()
        self.facts: dict[str, Any] = {}
        """What the store remembers of the connection's settings."""


class Leases:
    """At most `size` connections of an engine, used by one session each."""

    def __init__(self, engine: Engine, size: int, *, keep: bool = True) -> None:
        self._engine, self._size, self._keep = engine, size, keep
        self._free: list[Lease] = []
        self._places = threading.Condition(threading.Lock())
        self._taken = 0
        self._waiting = 0
        self._closed = False

    def acquire(self, timeout: float) -> Lease:
        """A connection; waits for one to become free. Raises `Busy`, or what the driver raises on connecting."""
        try:
            lease = self._free.pop()
        except IndexError:
            lease = self._wait_for_place(timeout)
        if time.monotonic() - lease.since < RECYCLE_SECONDS:
            return lease
        lease.pooled.close()  # the pool renews it, for it is as old
        return self._connect()

    def release(self, lease: Lease) -> None:
        """Give a connection back that has no transaction open."""
        if self._closed:
            lease.pooled.invalidate()
        elif not self._keep:
            lease.pooled.close()
            self._leave_place()
        else:
            self._free.append(lease)
            if self._waiting:
                self._tell_waiting()

    def discard(self, lease: Lease) -> None:
        """Close a connection that nobody knows the state of."""
        lease.pooled.invalidate()
        self._leave_place()

    def close(self) -> None:
        """Close the connections at hand now, the others when their sessions end."""
        self._closed = True
        while self._free:
            self._free.pop().pooled.close()
        self._engine.dispose()

    def abandon(self) -> list[object]:
        """Forget every connection without touching it: they belong to the process that forked this one.

        Gives them back, for somebody to hold: to collect them would close them.
        """
        held: list[object] = [*self._free, self._engine.pool]
        self._engine.dispose(close=False)
        self._free = []
        self._places = threading.Condition(threading.Lock())
        self._taken = self._waiting = 0
        return held

    def _wait_for_place(self, timeout: float) -> Lease:
        deadline = time.monotonic() + timeout
        with self._places:
            # Said before looking again, so that whoever gives a connection back from now on tells us.
            self._waiting += 1
            try:
                while self._taken >= self._size:
                    lease = self._freed()
                    if lease is not None:
                        return lease
                    if not self._places.wait(max(0.0, deadline - time.monotonic())) and not self._free:
                        raise Busy("a connection of the pool", timeout)
                self._taken += 1
            finally:
                self._waiting -= 1
        return self._connect()

    def _freed(self) -> Lease | None:
        try:
            return self._free.pop()
        except IndexError:  # a thread that did not have to wait was faster
            return None

    def _connect(self) -> Lease:
        try:
            return Lease(self._engine.raw_connection())
        except BaseException:
            self._leave_place()
            raise

    def _leave_place(self) -> None:
        with self._places:
            self._taken -= 1
            self._places.notify()

    def _tell_waiting(self) -> None:
        with self._places:
            self._places.notify()
