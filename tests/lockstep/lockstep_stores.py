"""The same step on every backend at once, and what came of it compared."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from uuid import uuid4

from lockstep_values import CHANGES

from karaoke_persist import KaraokePersistError, Library
from karaoke_persist.contract import Query
from karaoke_persist.models import Record
from karaoke_persist.testing import Place
from karaoke_persist.testing.handles import Probe, probing
from karaoke_persist.testing.ticking import Ticking

Places = dict[str, Callable[[str], Place]]
"""For each backend, where its store of a name is."""


class Lockstep:
    """One library on each backend."""

    def __init__(self, places: Places) -> None:
        name = uuid4().hex
        self._stack = ExitStack()
        self.libraries = {
            backend: self._stack.enter_context(place_of(name).open(timeout=0)) for backend, place_of in places.items()
        }
        self._clocks = {backend: Ticking() for backend in places}

    def close(self) -> None:
        """Close them all."""
        self._stack.close()

    def session(self, *, read_only: bool = False) -> Sessions:
        """A session on each."""
        return Sessions(self.libraries, self._clocks, read_only=read_only)


class Sessions:
    """A session on each backend, which do the same."""

    def __init__(self, libraries: dict[str, Library], clocks: dict[str, Ticking], *, read_only: bool) -> None:
        self.blocks: dict[str, AbstractContextManager[Probe]] = {
            backend: probing(library, read_only=read_only, clock=clocks[backend])
            for backend, library in libraries.items()
        }
        self.probes = {backend: block.__enter__() for backend, block in self.blocks.items()}
        self._given: deque[tuple[Any, str]] = deque(maxlen=20)

    def do(self, act: Callable[[Probe], Any]) -> Any:
        """What a call answers, or the error it raises: on all of them the same."""
        answers = {backend: self._answer(act, probe) for backend, probe in self.probes.items()}
        first, *others = answers.values()
        assert all(other == first for other in others), answers
        return first

    def dump(self) -> Any:
        """Everything that the session sees."""
        return self.do(lambda probe: [row for model in CHANGES for row in probe.find(Query(model))])

    def end(self, *, commit: bool = True) -> None:
        """Commit, or roll back; the changes that are told are the same on all, and what was read is as it was."""
        if not commit:
            for probe in self.probes.values():
                probe.rollback()
        for block in self.blocks.values():
            block.__exit__(None, None, None)
        self.do(lambda probe: probe.changes)
        assert all(_text(answer) == text for answer, text in self._given)

    def _answer(self, act: Callable[[Probe], Any], probe: Probe) -> str:
        try:
            answer = act(probe)
        except KaraokePersistError as error:
            return f"{type(error).__name__}: {error}"
        text = _text(answer)
        self._given.append((answer, text))
        return text


def _text(answer: Any) -> str:
    """An answer as JSON, in which 1, 1.0 and true are three different values."""
    return json.dumps(answer, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return [type(value).__name__, vars(value)]
    return dict(value) if isinstance(value, Mapping) else str(value)
