"""Transactions that run beside each other, step by step, by a script: `A begin; B begin; A read x; B write x 2`.

Each actor runs in a thread or a process of its own. A step is given once the one before it is done or, because its
actor waits for another, has had `PATIENCE` to be done. When an actor ends, those who waited for it have as long to
catch up. A store may therefore let writers in one after the other, or refuse one of them: `Busy` and `Conflict` end an
actor's transaction, and the rest of its steps is left out. What must not be is that those who committed, and those who
looked, saw or left what no order of them one after the other gives.
"""

from __future__ import annotations

import atexit
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from karaoke_persist import Busy, Conflict, Library, Transaction
from karaoke_persist.testing.handles import Place, add_songs
from karaoke_persist.testing.processes import Pipe, Worker
from karaoke_persist.testing.samples import song
from karaoke_persist.testing.threads import WAIT, Background

PATIENCE: Final = 0.1
"""Seconds after which an actor that has not answered is taken to wait for another."""

_OVER: Final = "over"
_ENDS: Final = ("commit", "rollback")
_Seen = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class History:
    """What came of a script: what each actor read, by row or `count`, who committed, and what is stored."""

    seen: Mapping[str, _Seen]
    committed: frozenset[str]
    left: Mapping[str, int]

    def both(self, one: str, other: str) -> bool:
        """Whether both of two actors committed."""
        return {one, other} <= self.committed


class Actor:
    """One transaction. What it reads and writes are the years of songs."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._block: AbstractContextManager[Transaction] | None = None
        self._last: dict[str, int] = {}
        self.seen: _Seen = {}
        self.committed: bool = False

    def play(self, step: str) -> None:
        """Do one step; one that is refused ends the transaction, and nothing follows."""
        word, *arguments = step.split()
        if word in ("begin", "look"):
            block = self._library.transaction(read_only=word == "look", timeout=WAIT)
            self._guarded(lambda: self._enter(block))
        elif self._block is not None:
            self._guarded(lambda: getattr(self, f"_{word}")(*arguments))

    def leave(self) -> None:
        """Undo what was not ended."""
        if self._block is not None:
            self._rollback()

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (Busy, Conflict) as error:
            block, self._block = self._block, None
            if block is not None:
                block.__exit__(type(error), error, error.__traceback__)

    def _enter(self, block: AbstractContextManager[Transaction]) -> None:
        self._tx = block.__enter__()
        self._block = block

    def _commit(self) -> None:
        block, self._block = self._block, None
        assert block is not None
        block.__exit__(None, None, None)
        self.committed = True

    def _rollback(self) -> None:
        block, self._block = self._block, None
        assert block is not None
        self._tx.rollback()
        block.__exit__(None, None, None)

    def _read(self, row: str) -> None:
        found = self._tx.songs.get_song(row)
        self._saw(row, -1 if found is None or found.year is None else found.year)

    def _count(self) -> None:
        self._saw("count", self._tx.songs.count_songs(artist="on call"))

    def _write(self, row: str, year: str) -> None:
        self._tx.songs.patch_song(row, {"year": int(year)})

    def _raise(self, row: str) -> None:
        self._tx.songs.patch_song(row, {"year": self._last[row] + 1})

    def _insert(self, row: str) -> None:
        self._tx.songs.create_or_update_song(row, row, "on call", year=0)

    def _saw(self, what: str, value: int) -> None:
        self._last[what] = value
        self.seen[what] = (*self.seen.get(what, ()), value)


def perform(pipe: Pipe, place: Place) -> None:
    """Play the steps that come through a pipe, each answered when it is done, until it is over."""
    with place.open() as library, ExitStack() as stack:
        actor = Actor(library)
        stack.callback(actor.leave)
        pipe.send(None)
        while (step := pipe.recv()) != _OVER:
            actor.play(step)
            pipe.send(None)
        actor.leave()
        pipe.send((actor.seen, actor.committed))


def perform_or_say(pipe: Pipe, place: Place) -> None:
    """Perform; what goes wrong is said through the pipe."""
    try:
        perform(pipe, place)
    except EOFError:
        return  # nobody is there to hear of it
    except Exception as error:
        pipe.send(error)


def perform_each(pipe: Pipe) -> None:
    """Perform at one place after the other: the life of a process that plays in many scripts."""
    while (place := pipe.recv()) is not None:
        perform_or_say(pipe, place)


class Stage(Protocol):
    """Where actors come from."""

    def __call__(self, place: Place, names: list[str]) -> AbstractContextManager[dict[str, Pipe]]:
        """A pipe to each actor."""
        ...


@contextmanager
def threads(place: Place, names: list[str]) -> Iterator[dict[str, Pipe]]:
    """Actors in threads of their own."""
    pipes = {name: multiprocessing.Pipe() for name in names}
    playing = [Background(partial(perform_or_say, theirs, place)) for _, theirs in pipes.values()]
    try:
        yield {name: ours for name, (ours, _) in pipes.items()}
    finally:
        for ours, _ in pipes.values():
            ours.close()  # whoever still waits for a step leaves
    for each in playing:
        each.result()
    for _, theirs in pipes.values():
        theirs.close()


class Troupe:
    """Actors in processes of their own, which stay for the next script."""

    def __init__(self) -> None:
        self._workers: dict[str, Worker] = {}

    @contextmanager
    def __call__(self, place: Place, names: list[str]) -> Iterator[dict[str, Pipe]]:
        """Send those who are needed to a place."""
        for name in names:
            if name not in self._workers:
                self._workers[name] = Worker(perform_each)
        for name in names:
            self._workers[name].pipe.send(place)
        try:
            yield {name: self._workers[name].pipe for name in names}
        except BaseException:
            self.dismiss()  # nobody knows where in the script they are
            raise

    def dismiss(self) -> None:
        """End the processes."""
        while self._workers:
            self._workers.popitem()[1].kill()


TROUPE: Final = Troupe()
"""The processes of this test run, which are started when they are first needed."""
atexit.register(TROUPE.dismiss)


def played(script: str, library: Library, place: Place, stage: Stage) -> History:
    """Play a script over the rows x = 10 and y = 20, and say what came of it."""
    add_songs(library, song("x", year=10), song("y", year=20))
    steps = [(name, step) for name, _, step in (part.strip().partition(" ") for part in script.split(";"))]
    names = sorted({name for name, _ in steps})
    with stage(place, names) as pipes:
        owing = dict.fromkeys(names, 1)
        for name in names:
            _settle(pipes[name], owing, name, WAIT)
        for name, step in steps:
            patience = 0 if owing[name] else PATIENCE
            pipes[name].send(step)
            owing[name] += 1
            _settle(pipes[name], owing, name, patience)
            if step in _ENDS:
                for other in names:
                    _settle(pipes[other], owing, other, PATIENCE)
        ends = _ended(pipes, owing)
    left = {each.id: each.year or 0 for each in library.songs.get_songs()}
    seen = {name: each for name, (each, _) in ends.items()}
    return History(seen, frozenset(name for name, (_, done) in ends.items() if done), left)


def _settle(pipe: Pipe, owing: dict[str, int], name: str, patience: float) -> None:
    """Take the answers that come within a time."""
    deadline = time.monotonic() + patience
    while owing[name] and pipe.poll(max(0.0, deadline - time.monotonic())):
        _answer(pipe)
        owing[name] -= 1


def _ended(pipes: Mapping[str, Pipe], owing: Mapping[str, int]) -> dict[str, tuple[_Seen, bool]]:
    for pipe in pipes.values():
        pipe.send(_OVER)
    ends: dict[str, tuple[_Seen, bool]] = {}
    for name, pipe in pipes.items():
        for _ in range(owing[name]):
            _answer(pipe)
        ends[name] = _answer(pipe)
    return ends


def _answer(pipe: Pipe) -> Any:
    assert pipe.poll(WAIT + 5), "an actor said nothing for too long"
    answer = pipe.recv()
    if isinstance(answer, Exception):
        raise answer
    return answer
