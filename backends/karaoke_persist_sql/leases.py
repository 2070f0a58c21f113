"""Connections of a pool, kept at hand between sessions.

Taking a connection from SQLAlchemy's pool and giving it back costs more than a small read. A lease is held for longer:
the pool still makes, renews and closes the connections.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Self

from sqlalchemy.pool import Pool, PoolProxiedConnection

from karaoke_persist.errors import Busy

RECYCLE_SECONDS = 3_600


class Lease:
    """A driver's connection that one session at a time uses."""

    __slots__ = ("connection", "pooled", "since")

    def __init__(self, pooled: PoolProxiedConnection) -> None:
        self.pooled = pooled
        self.connection: Any = pooled.dbapi_connection
        self.since = time.monotonic()

    @classmethod
    def borrowed(cls, connection: Any) -> Self:
        """A connection that belongs to somebody else, who ends its transaction too."""
        lease = cls.__new__(cls)
        lease.connection, lease.since = connection, time.monotonic()
        return lease


class _Turn:
    """One thread that waits, and what it is given: a connection, or the right to make one."""

    __slots__ = ("given", "lease")

    def __init__(self) -> None:
        self.given = threading.Event()
        self.lease: Lease | None = None


class Leases:
    """At most `size` connections of a pool, used by one session each. Who waits longest is served first."""

    def __init__(self, pool: Pool, size: int, *, keep: bool = True, what: str = "a connection of the pool") -> None:
        self._pool, self._size, self._keep, self._what = pool, size, keep, what
        self._closed = False
        self._reset()

    @property
    def in_use(self) -> int:
        """How many connections sessions have; a guess while others take and give them back."""
        return self._taken - len(self._free)

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
            if self._queue:
                with self._lock:
                    self._serve()

    def discard(self, lease: Lease) -> None:
        """Close a connection that nobody knows the state of. Doing so twice does nothing."""
        if lease.pooled.is_valid:
            lease.pooled.invalidate()
            self._leave_place()

    def discard_free(self) -> None:
        """Close every connection at hand: where one was lost, the others probably are."""
        while self._free:
            try:
                lease = self._free.pop()
            except IndexError:  # another thread was faster
                return
            self.discard(lease)

    def close(self) -> None:
        """Close the connections at hand now, the others when their sessions end."""
        self._closed = True
        while self._free:
            self._free.pop().pooled.close()
        self._pool.dispose()

    def abandon(self) -> list[object]:
        """Forget every connection without touching it: they belong to the process that forked this one.

        Gives them back, for somebody to hold: to collect them would close them.
        """
        held: list[object] = [*self._free, *(turn.lease for turn in self._queue), self._pool]
        self._pool = self._pool.recreate()
        self._reset()
        return held

    def _reset(self) -> None:
        self._free: list[Lease] = []
        self._queue: deque[_Turn] = deque()
        self._lock = threading.Lock()
        self._taken = 0

    def _wait_for_place(self, timeout: float) -> Lease:
        turn = _Turn()
        with self._lock:
            # Said before looking again, so that whoever gives a connection back from now on sees it.
            self._queue.append(turn)
            self._serve()
        try:
            served = turn.given.wait(timeout)
        except BaseException:
            self._give_up(turn)
            raise
        if not served:
            self._give_up(turn)
            raise Busy(self._what, timeout)
        return turn.lease or self._connect()

    def _serve(self) -> None:
        """Give what is free to those who wait, before a thread that never waits can take it again and again."""
        while self._queue:
            lease = self._freed()
            if lease is None:
                if self._taken >= self._size:
                    return
                self._taken += 1
            turn = self._queue.popleft()
            turn.lease = lease
            turn.given.set()

    def _freed(self) -> Lease | None:
        try:
            return self._free.pop()
        except IndexError:
            return None

    def _give_up(self, turn: _Turn) -> None:
        """Leave the queue; what was given in the last moment goes to the next."""
        with self._lock:
            if turn in self._queue:
                self._queue.remove(turn)
            elif turn.lease is not None:
                self._free.append(turn.lease)
            else:
                self._taken -= 1
            self._serve()

    def _connect(self) -> Lease:
        try:
            return Lease(self._pool.connect())
        except BaseException:
            self._leave_place()
            raise

    def _leave_place(self) -> None:
        with self._lock:
            self._taken -= 1
            self._serve()
