"""Threads whose results and errors come back, and which are never waited for without end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

WAIT: Final = 30.0
"""Seconds after which something that should have happened is taken to hang."""


class Background(Generic[T]):
    """A function that runs in a thread of its own."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._answer: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What the function returned; what it raised is raised here."""
        self._thread.join(WAIT)
        assert not self._thread.is_alive(), f"a thread still waits after {WAIT:g} s"
        if self._error is not None:
            raise self._error
        return self._answer[0]

    def _run(self) -> None:
        try:
            self._answer.append(self._function())
        except BaseException as error:  # it is raised where the result is asked for
            self._error = error


def in_thread(function: Callable[[], T]) -> T:
    """Run a function in another thread, and wait for it."""
    return Background(function).result()


def together(*functions: Callable[[], T]) -> list[T]:
    """Run functions at the same time, each in a thread of its own."""
    start = threading.Barrier(len(functions))

    def behind_the_barrier(function: Callable[[], T]) -> Callable[[], T]:
        def run() -> T:
            start.wait(WAIT)
            return function()

        return run

    return [thread.result() for thread in [Background(behind_the_barrier(function)) for function in functions]]


def outcome_of(function: Callable[[], Any]) -> Callable[[], Any]:
    """The function, returning the error that it would raise."""

    def run() -> Any:
        try:
            return function()
        except Exception as error:
            return error

    return run


def reached(event: threading.Event) -> None:
    """Wait for an event that must come."""
    assert event.wait(WAIT), f"something that should have happened did not within {WAIT:g} s"
