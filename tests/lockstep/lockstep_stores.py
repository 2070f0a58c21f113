"""The same step on every backend at once, and what came of it compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from uuid import uuid4

from karaoke_persist import KaraokePersistError, Library
from karaoke_persist.contract import Query
from karaoke_persist.testing import KIT_MODELS, Place
from karaoke_persist.testing.handles import Probe, probing
from karaoke_persist.testing.ticking import Ticking

StoreUrls = dict[str, Callable[[str], str]]
"""For each backend, what gives the URL of a database of a name."""


class Lockstep:
    """One library on each backend."""

    def __init__(self, urls: StoreUrls) -> None:
        name = uuid4().hex
        self._stack = ExitStack()
        self.libraries = {
            backend: self._stack.enter_context(Place(url_of(name)).open(timeout=0)) for backend, url_of in urls.items()
        }
        self._clocks = {backend: Ticking() for backend in urls}

    def close(self) -> None:
        """Close them all."""
        self._stack.close()

    def session(self, *, read_only: bool = False) -> Sessions:
        """A session on each."""
        return Sessions(self.libraries, self._clocks, read_only=read_only)

    def check_same(self) -> None:
        """Everything that is committed is the same on all."""
        sessions = self.session(read_only=True)
        sessions.dump()
        sessions.end()


class Sessions:
    """A session on each backend, which do the same."""

    def __init__(self, libraries: dict[str, Library], clocks: dict[str, Ticking], *, read_only: bool) -> None:
        self.blocks: dict[str, AbstractContextManager[Probe]] = {
            backend: probing(library, read_only=read_only, clock=clocks[backend])
            for backend, library in libraries.items()
        }
        self.probes = {backend: block.__enter__() for backend, block in self.blocks.items()}

    def do(self, act: Callable[[Probe], Any]) -> Any:
        """What a call answers, or the type of the error it raises: on all of them the same."""
        answers = {backend: _answer(act, probe) for backend, probe in self.probes.items()}
        first, *others = answers.values()
        assert all(other == first for other in others), answers
        return first

    def dump(self) -> Any:
        """Everything that the session sees."""
        return self.do(lambda probe: [row for model in KIT_MODELS for row in probe.find(Query(model))])

    def end(self, *, commit: bool = True) -> None:
        """Commit, or roll back; the changes that are told are the same on all."""
        if not commit:
            for probe in self.probes.values():
                probe.rollback()
        for block in self.blocks.values():
            block.__exit__(None, None, None)
        self.do(lambda probe: [[change.model, change.key, change.kind] for change in probe.changes])


def _answer(act: Callable[[Probe], Any], probe: Probe) -> str:
    try:
        return json.dumps(_plain(act(probe)), sort_keys=True)
    except KaraokePersistError as error:
        return type(error).__name__


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)
