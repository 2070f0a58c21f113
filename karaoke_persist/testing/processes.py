"""Processes of their own, started afresh or forked, that answer and are never waited for without end."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import pytest

from karaoke_persist.testing.threads import WAIT

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext  # the first is not on every system

T = TypeVar("T")
Pipe = Connection
"""What a worker talks through: it sends what the test `expect`s, and receives what the test `tell`s."""

_ANSWER: Final = "answer"
_ERROR: Final = "error"


class Worker:
    """A new process that runs `function(pipe, *arguments)`, both importable by name. Leaving the block ends it."""

    def __init__(self, function: Callable[..., Any], *arguments: object) -> None:
        context = _context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs, function, arguments), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def pipe(self) -> Pipe:
        """What the function talks through, for those with more to say than words."""
        return self._pipe

    def expect(self, word: str) -> None:
        """Wait until the worker sends this word."""
        assert self._receive() == (word, None)

    def tell(self, word: str) -> None:
        """Send a word to the worker."""
        self._pipe.send(word)

    def result(self) -> Any:
        """What the function returned; what it raised is raised here."""
        kind, answer = self._receive()
        if kind == _ERROR:
            raise answer
        assert kind == _ANSWER, f"the worker said {kind!r} instead of ending"
        return answer

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        self._process.kill()
        self._process.join(WAIT)
        self._pipe.close()

    def _receive(self) -> tuple[str, Any]:
        assert self._pipe.poll(WAIT), f"a process said nothing within {WAIT:g} s"
        received: tuple[str, Any] = self._pipe.recv()
        return received


def say(pipe: Pipe, word: str) -> None:
    """Send a word to the test, from a worker."""
    pipe.send((word, None))


def in_processes(function: Callable[..., Any], arguments: Sequence[tuple[object, ...]]) -> list[Any]:
    """Run a function in several processes at the same time: each says "ready" and goes on when it is told to."""
    workers = [Worker(function, *each) for each in arguments]
    try:
        for worker in workers:
            worker.expect("ready")
        for worker in workers:
            worker.tell("go")
        return [worker.result() for worker in workers]
    finally:
        for worker in workers:
            worker.kill()


def start_together(pipe: Pipe) -> None:
    """The other side of `in_processes`."""
    say(pipe, "ready")
    pipe.recv()


def forked(function: Callable[[], T]) -> T:
    """What the function answers in a forked child; what it raises there is raised here."""
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    ours, theirs = multiprocessing.Pipe(duplex=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads, which is what is tested
        child = os.fork()
    if child == 0:
        _answer_and_exit(theirs, function)
    theirs.close()
    try:
        answered = bool(wait([ours], WAIT))
        assert answered, f"a forked child said nothing within {WAIT:g} s"
        kind, answer = ours.recv()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        ours.close()
    if kind == _ERROR:
        raise answer
    assert kind == _ANSWER
    return answer  # type: ignore[no-any-return]


def _context() -> SpawnContext | ForkServerContext:
    """Where it can be had, processes come from one that has imported the kit and opened nothing, which is quicker."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["karaoke_persist.testing", "karaoke_persist.testing.workers"])
    return context


def _run(pipe: Pipe, function: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    pipe.send(_answer(lambda: function(pipe, *arguments)))


def _answer_and_exit(pipe: Pipe, function: Callable[[], Any]) -> None:
    try:
        pipe.send(_answer(function))
    finally:
        os._exit(0)  # nothing of the parent's may run twice


def _answer(function: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return _ANSWER, function()
    except BaseException as error:  # it is raised in the test
        return _ERROR, _portable(error)


def _portable(error: BaseException) -> BaseException:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
