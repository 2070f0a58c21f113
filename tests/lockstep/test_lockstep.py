# ruff: noqa: D102 - the names of the steps say what they do
"""Whatever is done, every backend answers the same, raises the same, and holds the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from lockstep_stores import Lockstep, Sessions, StoreUrls

from karaoke_persist import Busy, Song
from karaoke_persist.contract import Aggregate, Compare, Eq, IsNull, Measure, Not, Order, Prefix, Query, SearchRequest
from karaoke_persist.testing.probes import Box, Folder, Sample, Seal, Shelf

BOUNDS = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

IDS = some.sampled_from(["a", "b", "A"])
WORDS = some.sampled_from(["Jóga", "joga", "JÓGA", "さくら", "100%", "ﬁn", "Straße", "a b", "Ж"])
YEARS = some.none() | some.integers(-2, 3) | some.sampled_from([2**63 - 1])
FIELDS: Any = some.fixed_dictionaries(
    {},
    optional={
        "year": YEARS,
        "album": some.none() | WORDS,
        "tags": some.lists(WORDS, max_size=2),
        "favorite": some.booleans(),
    },
)
ROWS = some.one_of(
    some.builds(Shelf, id=IDS, label=WORDS, room=some.none() | IDS, place=some.none() | some.integers(0, 1)),
    some.builds(Box, id=IDS, shelf=IDS, origin=some.none() | IDS),
    some.builds(Seal, id=IDS, box=some.none() | IDS),
    some.builds(Folder, id=IDS, parent=some.none() | IDS),
    some.builds(Sample, id=IDS, name=some.none() | WORDS, number=YEARS, flag=some.none() | some.booleans()),
)
COUNTS = some.integers(0, 3)
MODELS = some.sampled_from([Song, Shelf, Box, Seal, Folder, Sample])
SORTED = {Song: ["title", "artist", "year"], Shelf: ["label", "place"], Sample: ["name", "number", "flag"]}
CONDITIONS = some.sampled_from(
    [None, Eq("year", 1), Not(Eq("year", 1)), IsNull("year"), Compare("year", ">=", 0), Prefix("title", "jo")]
)
MEASURES = (Measure("count"), Measure("count_distinct", "album"), Measure("min", "year"), Measure("max", "year"))


class OneSession(RuleBasedStateMachine):
    """One transaction after the other, each of any writes, reads and savepoints, ended either way."""

    urls: StoreUrls

    def __init__(self) -> None:
        super().__init__()
        self.stores = Lockstep(self.urls)
        self.now: Sessions | None = None
        self.savepoints: list[dict[str, Any]] = []

    @property
    def session(self) -> Sessions:
        if self.now is None:
            self.now = self.stores.session()
        return self.now

    @rule(key=IDS, title=WORDS, artist=WORDS, fields=FIELDS)
    def store_song(self, key: str, title: str, artist: str, fields: dict[str, Any]) -> None:
        self.session.do(lambda probe: probe.upsert([Song(id=key, title=title, artist=artist, **fields)]))

    @rule(rows=some.lists(ROWS, min_size=1, max_size=3))
    def insert(self, rows: list[Any]) -> None:
        alike = [row for row in rows if type(row) is type(rows[0])]
        self.session.do(lambda probe: probe.insert(*alike))

    @rule(row=ROWS)
    def store(self, row: Any) -> None:
        self.session.do(lambda probe: probe.upsert([row]))

    @rule(key=IDS, fields=FIELDS, expect=some.none() | some.integers(1, 3))
    def patch(self, key: str, fields: dict[str, Any], expect: int | None) -> None:
        self.session.do(lambda probe: probe.upsert([Song(id="a", title="Jóga", artist="x")]))
        self.session.do(lambda probe: probe.patch(Song, key, fields, expect=expect))

    @rule(where=CONDITIONS, fields=FIELDS)
    def patch_where(self, where: Any, fields: dict[str, Any]) -> None:
        self.session.do(lambda probe: probe.patch_where(Query(Song, where), fields))

    @rule(model=MODELS, key=IDS)
    def delete(self, model: Any, key: str) -> None:
        self.session.do(lambda probe: probe.delete(model, key))

    @rule(where=CONDITIONS, limit=some.none() | some.integers(0, 2))
    def delete_where(self, where: Any, limit: int | None) -> None:
        self.session.do(lambda probe: probe.delete_where(Query(Song, where, Order("title"), limit)))

    @rule(
        model=some.sampled_from(list(SORTED)),
        field=some.integers(0, 2),
        down=some.booleans(),
        limit=some.integers(0, 3),
    )
    def page(self, model: Any, field: int, down: bool, limit: int) -> None:
        order = Order(SORTED[model][field % len(SORTED[model])], descending=down)
        self.session.do(lambda probe: probe.find(Query(model, order=order, limit=limit, offset=limit % 2)))

    @rule(where=CONDITIONS, by=some.sampled_from([(), ("artist",), ("year", "favorite")]))
    def measure(self, where: Any, by: tuple[str, ...]) -> None:
        measures = (
            Measure("count"),
            Measure("count_distinct", "album"),
            Measure("min", "year"),
            Measure("max", "year"),
        )
        self.session.do(lambda probe: probe.aggregate(Aggregate(Song, where, by, measures)))

    @rule(text=WORDS | some.sampled_from(["", "j", "%", "a"]), limit=some.integers(0, 3))
    def search(self, text: str, limit: int) -> None:
        self.session.do(lambda probe: _found(probe.search(SearchRequest(text, limit))))

    @rule()
    def begin_savepoint(self) -> None:
        blocks = {backend: probe.savepoint() for backend, probe in self.session.probes.items()}
        self.savepoints.append({backend: (block, block.__enter__()) for backend, block in blocks.items()})

    @precondition(lambda self: self.savepoints)
    @rule(undo=some.booleans())
    def end_savepoint(self, undo: bool) -> None:
        for block, savepoint in self.savepoints.pop().values():
            if undo:
                savepoint.rollback()
            block.__exit__(None, None, None)

    @rule(commit=some.booleans())
    def end(self, commit: bool) -> None:
        while self.savepoints:
            self.end_savepoint(undo=False)
        session, self.now = self.session, None
        session.end(commit=commit)
        self.stores.check_same()

    @invariant()
    def all_hold_the_same(self) -> None:
        if self.now is not None:
            self.now.dump()

    def teardown(self) -> None:
        if self.now is not None:
            self.end(commit=False)
        self.stores.close()


class TwoSessions(RuleBasedStateMachine):
    """A writer and readers that began at any time, each step by step beside the others."""

    urls: StoreUrls

    def __init__(self) -> None:
        super().__init__()
        self.stores = Lockstep(self.urls)
        self.writer: Sessions | None = None
        self.readers: list[tuple[Sessions, Any]] = []
        self.committed: Any = self._look()

    def _look(self) -> Any:
        reader = self.stores.session(read_only=True)
        seen = reader.dump()
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
    @rule(key=IDS, title=WORDS, fields=FIELDS, then_delete=some.booleans())
    def write(self, key: str, title: str, fields: dict[str, Any], then_delete: bool) -> None:
        assert self.writer is not None
        self.writer.do(lambda probe: probe.upsert([Song(id=key, title=title, artist="x", **fields)]))
        if then_delete:
            self.writer.do(lambda probe: probe.delete(Song, "a"))

    @precondition(lambda self: self.writer is not None)
    @rule(commit=some.booleans())
    def end_writing(self, commit: bool) -> None:
        assert self.writer is not None
        written = self.writer.dump()
        self.writer.end(commit=commit)
        self.writer = None
        self.committed = written if commit else self.committed

    @precondition(lambda self: len(self.readers) < 3)
    @rule()
    def begin_reading(self) -> None:
        self.readers.append((self.stores.session(read_only=True), self.committed))

    @precondition(lambda self: self.readers)
    @rule(which=some.integers(0, 2))
    def end_reading(self, which: int) -> None:
        self.readers.pop(which % len(self.readers))[0].end()

    @invariant()
    def each_sees_its_moment(self) -> None:
        for reader, moment in self.readers:
            assert reader.dump() == moment
        assert self._look() == self.committed

    def teardown(self) -> None:
        for reader, _ in self.readers:
            reader.end()
        if self.writer is not None:
            self.writer.end(commit=False)
        self.stores.close()


def _found(result: Any) -> list[Any]:
    return [result.songs, result.total]


def test_one_session(store_urls: StoreUrls) -> None:
    """Results, error types and everything that is stored are the same on all backends after each step."""
    run_state_machine_as_test(type("Machine", (OneSession,), {"urls": store_urls}), settings=BOUNDS)


def test_two_sessions(store_urls: StoreUrls) -> None:
    """A reader sees the moment it began, a second writer is `Busy`, nobody sees what is not committed: on all."""
    run_state_machine_as_test(type("Machine", (TwoSessions,), {"urls": store_urls}), settings=BOUNDS)
