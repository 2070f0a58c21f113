"""Reads many songs at once, in the order in which they are asked for.

Reading tags is arithmetic in Python, so threads would only take turns. The processes are started by hand rather than by
`multiprocessing`, which would run the host's main module again in each of them, or fork while threads are running.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from karaoke_persist.contract.media import MediaReader
from karaoke_persist.media.readers import BUILT_IN
from karaoke_persist.media.reading import ReadSong, read_song
from karaoke_persist.media.recognise import Group

WORTHWHILE: Final = 600
"""Below so many songs, starting processes costs more than it saves."""
CHUNK: Final = 100
MOST: Final = 8
AHEAD: Final = 16
"""Chunks that are read before their turn: enough for every worker while the store is written to."""
_COMMAND: Final = (sys.executable, "-c", "from karaoke_persist.media.workers import serve; serve()")

Read = Callable[[Sequence[Group]], list[ReadSong]]


def read_all(
    groups: Iterable[Group], root: bytes, readers: Mapping[str, MediaReader], *, count: int, workers: int | None
) -> Iterator[ReadSong]:
    """What the files of each song say, in order. `count` is how many there are; None workers is as many as pay."""

    def here(chunk: Sequence[Group]) -> list[ReadSong]:
        return [read_song(readers[group.reader], root, group) for group in chunk]

    wanted = _worthwhile(count) if workers is None else workers
    pool = _pool(wanted, root)
    if pool is None:
        for group in groups:
            yield from here([group])
        return
    with pool:
        yield from pool.map(groups, here)


def _worthwhile(count: int) -> int:
    if count < WORTHWHILE:
        return 0
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return min(MOST, len(affinity(0)) if affinity is not None else os.cpu_count() or 1)


def _pool(workers: int, root: bytes) -> _Pool | None:
    """Some processes; None where this program cannot be started again as a Python, or the system refuses."""
    is_python = (
        Path(sys.executable or "").name.lower().startswith(("python", "pypy"))
    )  # and no server or frozen program
    try:
        return _Pool(workers, root) if workers > 0 and is_python else None
    except OSError:
        return None


class _Pool:
    """Some processes, each with a thread that talks to it."""

    def __init__(self, workers: int, root: bytes) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="karaoke-persist-read")
        self._workers = [_Worker(root) for _ in range(workers)]
        self._free = deque(self._workers)

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def map(self, groups: Iterable[Group], here: Read) -> Iterator[ReadSong]:
        """Keep every worker busy, also while nobody takes what was read, and not more in memory than that takes."""
        rest, waiting = iter(groups), deque[Future[list[ReadSong]]]()
        while True:
            while len(waiting) < AHEAD and (chunk := list(islice(rest, CHUNK))):
                waiting.append(self._threads.submit(self._read, chunk, here))
            if not waiting:
                return
            yield from waiting.popleft().result()

    def _read(self, chunk: list[Group], here: Read) -> list[ReadSong]:
        """In a process, if the readers are those that it knows; a process that died costs time, and nothing else."""
        if not all(group.reader in BUILT_IN for group in chunk):
            return here(chunk)
        worker = self._free.popleft()
        try:
            return worker.ask(chunk)
        except (OSError, EOFError, pickle.PickleError):
            return here(chunk)
        finally:
            self._free.append(worker)


class _Worker:
    """One process."""

    def __init__(self, root: bytes) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._send(root)

    def ask(self, chunk: list[Group]) -> list[ReadSong]:
        """What it reads."""
        self._send(chunk)
        assert self._process.stdout is not None
        answer: list[ReadSong] = pickle.load(self._process.stdout)  # noqa: S301 - from a process of our own
        return answer

    def close(self) -> None:
        """Let it end, and wait for that."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:
                continue  # it is gone already, with something unsent
        self._process.wait()

    def _send(self, value: Any) -> None:
        assert self._process.stdin is not None
        pickle.dump(value, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()


def serve() -> None:
    """Read what standard input asks for, until it ends."""
    asked, answers = sys.stdin.buffer, _private_output()
    try:
        root = pickle.load(asked)  # noqa: S301 - from the process that started this one
        while True:
            chunk = pickle.load(asked)  # noqa: S301
            read = [read_song(BUILT_IN[group.reader], root, group) for group in chunk]
            pickle.dump(read, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
    except (EOFError, KeyboardInterrupt, BrokenPipeError):
        os._exit(0)


def _private_output() -> BinaryIO:
    """Standard output for the answers alone: what a library prints goes to standard error."""
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return private
