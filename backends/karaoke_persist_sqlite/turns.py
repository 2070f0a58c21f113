"""Whose turn it is to write, among the threads of this process.

SQLite's own lock is polled, so that threads which meet there wait longer than they must, and unfairly. Here they wait
on a lock that wakes them; only the process's one writer meets those of other processes.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from weakref import WeakValueDictionary

from karaoke_persist.errors import Busy


class Turn:
    """The turn to write to one file, shared by all its stores in the process."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()

    def take(self, timeout: float) -> float:
        """Wait for the turn; the seconds that are left. Raises `Busy`."""
        if self._lock.acquire(blocking=False):
            return timeout
        began = time.monotonic()
        if timeout <= 0 or not self._lock.acquire(timeout=min(timeout, threading.TIMEOUT_MAX)):
            raise Busy(f"the writer of {self._path}", timeout)
        return max(0.0, timeout - (time.monotonic() - began))

    def end(self) -> None:
        """Let the next one in."""
        self._lock.release()

    def renew(self) -> None:
        """In a forked child: whoever holds the turn is a thread of the parent."""
        self._lock = threading.Lock()


_turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
_guard = [threading.Lock()]


def turn_of(path: str) -> Turn:
    """The turn of a file, however its path is spelled."""
    real = str(Path(path).resolve())
    with _guard[0]:
        turn = _turns.get(real)
        if turn is None:
            turn = _turns[real] = Turn(path)
        return turn


def _after_fork() -> None:
    _guard[0] = threading.Lock()
    for turn in list(_turns.values()):
        turn.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
