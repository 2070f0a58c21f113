"""Where something was opened: in which thread, of which process.

Thread identifiers are given out again once a thread has ended, and a fork copies them; these tokens are not.
"""

from __future__ import annotations

import os
import threading
from typing import NamedTuple


class Process:
    """One process. A forked child is another one."""


class Thread:
    """One thread of a process."""


class Home(NamedTuple):
    """A thread and the process it belongs to."""

    thread: Thread
    process: Process


class _Homes(threading.local):
    """The home of each thread, made when it is first asked for."""

    process = Process()

    def __init__(self) -> None:
        self.home = Home(Thread(), _Homes.process)


_homes = [_Homes()]


def here() -> Home:
    """The home of the thread that asks."""
    return _homes[0].home


def _after_fork() -> None:
    _Homes.process = Process()
    _homes[0] = _Homes()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
