"""T8 and T9: errors of the data change nothing and the session goes on; errors of storage end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import pytest

from karaoke_persist import (
    AlreadyExists,
    DomainError,
    InvalidValue,
    Library,
    NotFound,
    ReferenceMissing,
    SessionFailed,
    StaleWrite,
    StillReferenced,
    Unavailable,
)
from karaoke_persist.contract import Query, StoreSession
from karaoke_persist.session import Session
from karaoke_persist.testing.handles import Conformance, Probe, add_songs, contents, nothing_changes, probing, stored
from karaoke_persist.testing.probes import Box, Seal, Shelf
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song

MISTAKES: dict[str, tuple[type[DomainError], Callable[[Session], object]]] = {
    "key taken": (AlreadyExists, lambda at: at.insert(Shelf(id="s", label="new"))),
    "value taken by insert": (AlreadyExists, lambda at: at.insert(Shelf(id="new", label="one"))),
    "value taken by upsert": (AlreadyExists, lambda at: at.upsert([Shelf(id="t", label="one")])),
    "value taken by patch": (AlreadyExists, lambda at: at.patch(Shelf, "t", {"label": "one"})),
    "value taken by many": (AlreadyExists, lambda at: at.patch_where(Query(Shelf), {"label": "same"})),
    "not there": (NotFound, lambda at: at.patch(Shelf, "nowhere", {"label": "x"})),
    "stale": (StaleWrite, lambda at: at.patch(Shelf, "s", {"label": "x"}, expect=7)),
    "no target by insert": (ReferenceMissing, lambda at: at.insert(Box(id="new", shelf="nowhere"))),
    "no target by upsert": (ReferenceMissing, lambda at: at.upsert([Box(id="b", shelf="nowhere")])),
    "no target by patch": (ReferenceMissing, lambda at: at.patch(Box, "b", {"shelf": "nowhere"})),
    "named": (StillReferenced, lambda at: at.delete(Box, "b")),
    "named further down": (StillReferenced, lambda at: at.delete(Shelf, "s")),
    "named by query": (StillReferenced, lambda at: at.delete_where(Query(Box))),
    "invalid": (InvalidValue, lambda at: at.patch(Shelf, "s", {"place": 2**63})),
    "unknown field": (InvalidValue, lambda at: at.patch(Shelf, "s", {"colour": "red"})),
    "twice in a batch": (InvalidValue, lambda at: at.upsert([Shelf(id="n", label="n"), Shelf(id="n", label="m")])),
    "mixed batch": (InvalidValue, lambda at: at.upsert([Shelf(id="n", label="n"), Seal(id="n")])),
}
every_mistake: pytest.MarkDecorator = pytest.mark.parametrize(("error", "mistake"), MISTAKES.values(), ids=MISTAKES)
Mistake = Callable[[Session], object]


def furnish(library: Library) -> None:
    """Rows for mistakes to be made with."""
    stored(library, Shelf(id="s", label="one"), Shelf(id="t", label="two"))
    stored(library, Box(id="b", shelf="s"), Seal(id="x", box="b"))


class DomainErrorRules(Conformance):
    """T8: a domain error changes nothing and leaves the session usable."""

    @rule("T8-01")
    def test_nothing_changes(self, library: Library, other: Library) -> None:
        """A domain error changes nothing, also when the session that met it commits, and tells of no change."""
        furnish(library)
        for error, mistake in MISTAKES.values():
            with nothing_changes(other), probing(library) as probe, pytest.raises(error):
                mistake(probe)
            assert probe.changes == ()

    @rule("T8-02")
    @every_mistake
    def test_the_session_goes_on(
        self, library: Library, other: Library, error: type[DomainError], mistake: Mistake
    ) -> None:
        """After a domain error the session reads and writes on, and what it wrote before and after is committed."""
        furnish(library)
        with probing(library) as probe:
            probe.insert(Shelf(id="before", label="before"))
            with pytest.raises(error):
                mistake(probe)
            assert probe.get(Shelf, "before") == Shelf(id="before", label="before", revision=1)
            probe.insert(Shelf(id="after", label="after"))
        assert {("Shelf", "before"), ("Shelf", "after")} < set(contents(other))

    @rule("T8-03")
    def test_inside_a_savepoint(self, library: Library, other: Library) -> None:
        """A domain error that leaves a savepoint's block undoes the block, and the session goes on."""
        furnish(library)
        with probing(library) as probe:
            for error, mistake in MISTAKES.values():
                with pytest.raises(error), probe.savepoint():
                    probe.insert(Shelf(id="inside", label="inside"))
                    mistake(probe)
            probe.insert(Shelf(id="after", label="after"))
        assert [key for _, key in sorted(contents(other))] == ["b", "x", "after", "s", "t"]

    @rule("T8-04")
    def test_outside(self, library: Library, other: Library) -> None:
        """A domain error that leaves the transaction undoes it, and the next one works."""
        furnish(library)
        for error, mistake in MISTAKES.values():
            with nothing_changes(other), pytest.raises(error), probing(library) as probe:
                probe.insert(Shelf(id="before", label="before"))
                mistake(probe)
        add_songs(library, song())

    @rule("T8-05")
    def test_many_in_a_row(self, library: Library, other: Library) -> None:
        """One session survives every domain error there is, one after the other."""
        furnish(library)
        with nothing_changes(other), probing(library) as probe:
            for error, mistake in MISTAKES.values():
                with pytest.raises(error):
                    mistake(probe)


class Breaking:
    """A backend's session in which one call fails as a database does."""

    def __init__(self, backend: StoreSession, call: str, error: BaseException) -> None:
        self._backend, self._call, self._error = backend, call, error

    def __getattr__(self, name: str) -> Any:
        if name == self._call:
            return self._fail
        return getattr(self._backend, name)

    def _fail(self, *args: object, **kwargs: object) -> Any:
        raise self._error


@contextmanager
def breaking(library: Library, call: str, error: BaseException) -> Iterator[Probe]:
    """A transaction in which one call of the backend's session fails."""
    with probing(library) as probe:
        probe._backend = cast(StoreSession, Breaking(probe._backend, call, error))
        yield probe


LOST = Unavailable("the connection was lost", "Try again.", retryable=True)


class StorageErrorRules(Conformance):
    """T9: after a storage error the session can only be left."""

    @rule("T9-01")
    def test_nothing_is_kept(self, library: Library, other: Library) -> None:
        """Nothing of a session that met a storage error is committed."""
        with nothing_changes(other), pytest.raises(Unavailable), breaking(library, "find", LOST) as probe:
            probe.insert(Shelf(id="before", label="before"))
            probe.find(Query(Shelf))

    @rule("T9-02")
    def test_it_can_only_be_left(self, library: Library) -> None:
        """After a storage error every use of the session is `SessionFailed`, which names the error."""
        with pytest.raises(SessionFailed), breaking(library, "find", LOST) as probe:
            with pytest.raises(Unavailable):
                probe.find(Query(Shelf))
            uses: list[Callable[[], object]] = [
                lambda: probe.get(Shelf, "s"),
                lambda: probe.insert(Shelf(id="after", label="after")),
                lambda: probe.savepoint().__enter__(),
            ]
            for use in uses:
                with pytest.raises(SessionFailed, match="the connection was lost"):
                    use()

    @rule("T9-03")
    def test_the_next_one_works(self, library: Library, other: Library) -> None:
        """After a session that met a storage error, the writer is free and the next sessions work."""
        with pytest.raises(Unavailable), breaking(library, "upsert", LOST) as probe:
            probe.upsert([Shelf(id="s", label="one")])
        with other.transaction(timeout=0) as tx:
            tx.songs.create_or_update_song("a", "A", "x")
        assert library.songs.count_songs() == 1

    @rule("T9-04")
    def test_swallowing_it(self, library: Library, other: Library) -> None:
        """Swallowing a storage error does not help: the end of the block is `SessionFailed`, and nothing is kept."""
        with nothing_changes(other), pytest.raises(SessionFailed), breaking(library, "find", LOST) as probe:
            probe.insert(Shelf(id="before", label="before"))
            with suppress(Unavailable):
                probe.find(Query(Shelf))

    @rule("T9-05")
    def test_a_storage_error_inside_a_savepoint(self, library: Library, other: Library) -> None:
        """A storage error that leaves a savepoint's block is not hidden by the undoing of the savepoint."""
        with nothing_changes(other), pytest.raises(Unavailable), breaking(library, "find", LOST) as probe:
            probe.insert(Shelf(id="before", label="before"))
            with probe.savepoint():
                probe.find(Query(Shelf))
