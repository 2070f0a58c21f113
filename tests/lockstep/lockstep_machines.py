# ruff: noqa: D102 - the names of the steps say what they do
"""Machines that take steps on every backend at once, each of which must answer, raise and hold the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import lockstep_values as values
import pytest
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from lockstep_stores import Lockstep, Places, Sessions

from karaoke_persist import Busy, Song
from karaoke_persist.contract import Aggregate, Order, Query, SearchQuery, SearchRequest
from karaoke_persist.models import Record
from karaoke_persist.testing.handles import Probe


class Machine(RuleBasedStateMachine):
    """Furnished libraries on each of the backends."""

    places: Places

    def __init__(self) -> None:
        super().__init__()
        self.stores = Lockstep(self.places)
        furnishing = self.stores.session()
        for rows in values.FURNITURE:
            furnishing.do(lambda probe, rows=rows: probe.insert(*rows))
        furnishing.end()


class OneSession(Machine):
    """One transaction after the other, each of any writes, reads and savepoints, ended either way."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Sessions | None = None
        self.savepoints: list[dict[str, Any]] = []

    @property
    def session(self) -> Sessions:
        if self.now is None:
            self.now = self.stores.session()
        return self.now

    def write(self, act: Callable[[Probe], Any]) -> None:
        self.session.do(act)
        self.session.dump()

    @rule(rows=values.BATCHES)
    def insert(self, rows: list[Record]) -> None:
        self.write(lambda probe: probe.insert(*rows))

    def store(self, rows: list[Record]) -> None:
        self.write(lambda probe: probe.upsert(rows))

    @rule(rows=values.BATCHES)
    def upsert(self, rows: list[Record]) -> None:
        self.store(rows)

    @rule(patch=values.PATCHES, key=values.KEYS, expect=some.sampled_from([None, None, 1, 2]))
    def patch(self, patch: tuple[Any, dict[str, Any]], key: str, expect: int | None) -> None:
        self.write(lambda probe: probe.patch(patch[0], key, patch[1], expect=expect))

    @rule(asked=values.CHANGING_QUERIES)
    def patch_where(self, asked: tuple[Query, dict[str, Any]]) -> None:
        self.write(lambda probe: probe.patch_where(*asked))

    @rule(model=values.MODELS, key=values.KEYS)
    def delete(self, model: Any, key: str) -> None:
        self.write(lambda probe: probe.delete(model, key))

    @rule(query=values.QUERIES)
    def delete_where(self, query: Query) -> None:
        self.write(lambda probe: probe.delete_where(query))

    @rule(query=values.QUERIES, size=some.integers(1, 2), keys=some.lists(values.KEYS, min_size=1, max_size=3))
    def find(self, query: Query, size: int, keys: list[str]) -> None:
        do, model = self.session.do, query.model
        do(lambda probe: [probe.get(model, keys[0]), probe.get_many(model, keys)])
        do(lambda probe: probe.find(query))
        do(lambda probe: probe.rows(query, ("id", "revision")))
        do(lambda probe: [row for batch in probe.stream(query, size) for row in batch])
        do(lambda probe: list(_paged(probe, query, size)))

    @rule(request=values.AGGREGATES, text=values.SEARCHES, limit=some.integers(0, 3), offset=some.integers(0, 1))
    def measure_and_search(self, request: Aggregate, text: str, limit: int, offset: int) -> None:
        self.session.do(lambda probe: probe.aggregate(request))
        self.session.do(lambda probe: _found(probe, text, limit, offset))

    @precondition(lambda self: len(self.savepoints) < 3)
    @rule(rows=values.BATCHES)
    def begin_savepoint(self, rows: list[Record]) -> None:
        blocks = {backend: probe.savepoint() for backend, probe in self.session.probes.items()}
        self.savepoints.append({backend: (block, block.__enter__()) for backend, block in blocks.items()})
        self.store(rows)

    @precondition(lambda self: self.savepoints)
    @rule(undo=some.booleans())
    def end_savepoint(self, undo: bool) -> None:
        for block, savepoint in self.savepoints.pop().values():
            if undo:
                savepoint.rollback()
            block.__exit__(None, None, None)
        self.session.dump()

    @rule(commit=some.booleans())
    def end(self, commit: bool) -> None:
        while self.savepoints:
            self.end_savepoint(undo=False)
        session, self.now = self.session, None
        session.end(commit=commit)
        left = self.stores.session(read_only=True)
        left.dump()
        for query, size in values.IN_EACH_ORDER:
            left.do(lambda probe, query=query, size=size: [row.key for row in _paged(probe, query, size)])
        left.end()

    def teardown(self) -> None:
        if self.now is not None:
            self.end(commit=False)
        self.stores.close()


@dataclass
class Reader:
    """A read-only session on each backend, the moment it began, and on each a stream that is read slowly."""

    sessions: Sessions
    moment: Any
    streams: dict[Probe, Iterator[list[Song]]] = field(default_factory=dict)

    def check(self) -> None:
        """It sees its moment."""
        assert _everything(self.sessions) == self.moment

    def read_on(self) -> None:
        """The next song of the stream, which is begun when it is first asked for."""
        self.sessions.do(lambda probe: next(self._stream(probe), None))

    def _stream(self, probe: Probe) -> Iterator[list[Song]]:
        return self.streams.setdefault(probe, probe.stream(Query(Song, order=Order("title")), 1))


class TwoSessions(Machine):
    """A writer and readers that began at any time, each step by step beside the others."""

    def __init__(self) -> None:
        super().__init__()
        self.writer: Sessions | None = None
        self.readers: list[Reader] = []
        self.committed: Any = self._look()

    def _look(self) -> Any:
        reader = self.stores.session(read_only=True)
        seen = _everything(reader)
        reader.end()
        return seen

    @precondition(lambda self: self.writer is None)
    @rule()
    def begin_writing(self) -> None:
        self.writer = self.stores.session()

    @precondition(lambda self: self.writer is not None)
    @rule()
    def a_second_writer(self) -> None:
        for library in self.stores.libraries.values():
            with pytest.raises(Busy):
                library.store.session(timeout=0)

    @precondition(lambda self: self.writer is not None)
    @rule(rows=values.rows_of(Song), key=some.none() | values.KEYS)
    def write(self, rows: list[Record], key: str | None) -> None:
        assert self.writer is not None
        self.writer.do(lambda probe: probe.upsert(rows))
        if key is not None:
            self.writer.do(lambda probe: probe.delete(Song, key))
        self.check()

    @precondition(lambda self: self.writer is not None)
    @rule(commit=some.booleans())
    def end_writing(self, commit: bool) -> None:
        assert self.writer is not None
        written = _everything(self.writer)
        self.writer.end(commit=commit)
        self.writer = None
        self.committed = written if commit else self.committed
        self.check()

    @precondition(lambda self: len(self.readers) < 3)
    @rule()
    def begin_reading(self) -> None:
        self.readers.append(Reader(self.stores.session(read_only=True), self.committed))
        self.readers[-1].check()

    @precondition(lambda self: self.readers)
    @rule(which=some.integers(0, 2))
    def read_on(self, which: int) -> None:
        reader = self.readers[which % len(self.readers)]
        reader.read_on()
        reader.check()

    @precondition(lambda self: self.readers)
    @rule(which=some.integers(0, 2))
    def end_reading(self, which: int) -> None:
        self.readers.pop(which % len(self.readers)).sessions.end()

    def check(self) -> None:
        """After a write or its end: the readers see their moments, and who begins to read what is committed."""
        for reader in self.readers:
            reader.check()
        assert self._look() == self.committed

    def teardown(self) -> None:
        for reader in self.readers:
            reader.sessions.end()
        if self.writer is not None:
            self.writer.end(commit=False)
        self.stores.close()


def _paged(probe: Probe, query: Query, size: int) -> Iterator[Record]:
    """The rows of a query page by page, each from after the last row of the one before."""
    query = replace(query, limit=size, offset=0)
    while True:
        page = probe.find(query)
        yield from page
        if len(page) < size:
            return
        last: Any = page[-1]
        place = (last.key,) if query.order is None else (getattr(last, query.order.field), last.key)
        query = replace(query, after=place)


def _everything(sessions: Sessions) -> Any:
    """What every kind of read answers."""
    return (
        sessions.dump(),
        sessions.do(lambda probe: probe.get(Song, "a")),
        sessions.do(lambda probe: probe.aggregate(values.COUNTS_BY_ARTIST)),
        sessions.do(lambda probe: _found(probe, "joga", 3)),
    )


def _found(probe: Probe, text: str, limit: int, offset: int = 0) -> list[Any]:
    query = SearchQuery.parse(text)
    result = probe.search(SearchRequest(query=query, limit=limit, offset=offset, total="exact"))
    return [result.songs, result.total]
