"""T5: a savepoint undoes its own part, data and events alike."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from karaoke_persist import AlreadyExists, Library, SessionClosed
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, contents, nothing_changes, probing, stored
from karaoke_persist.testing.listening import Recorder
from karaoke_persist.testing.probes import Box, Shelf
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.transactions import titles
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.samples import song


class SavepointRules(Conformance):
    """T5: a savepoint undoes its own part."""

    @rule("T5-01")
    def test_an_exception_undoes_the_block(self, library: Library, other: Library) -> None:
        """An exception that leaves a savepoint's block undoes what was done in it, and nothing before or after it."""
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "Before", "x")
            with suppress(ZeroDivisionError), tx.savepoint():
                tx.songs.create_or_update_song("b", "Inside", "x")
                raise ZeroDivisionError
            tx.songs.create_or_update_song("c", "After", "x")
        assert titles(other) == ["After", "Before"]

    @rule("T5-02")
    def test_rollback_by_hand(self, library: Library, other: Library) -> None:
        """`rollback()` of a savepoint undoes what was done in its block so far; the block goes on."""
        with library.transaction() as tx:
            with tx.savepoint() as savepoint:
                tx.songs.create_or_update_song("a", "Undone", "x")
                savepoint.rollback()
                assert titles(tx) == []
                tx.songs.create_or_update_song("b", "Kept", "x")
            assert titles(tx) == ["Kept"]
        assert titles(other) == ["Kept"]

    @rule("T5-03")
    def test_a_released_savepoint(self, library: Library, other: Library) -> None:
        """What a savepoint kept is undone with the transaction around it."""
        with nothing_changes(other), suppress(ZeroDivisionError), library.transaction() as tx:
            with tx.savepoint():
                tx.songs.create_or_update_song("a", "A", "x")
            raise ZeroDivisionError

    @rule("T5-04")
    def test_a_clean_end_keeps(self, library: Library, other: Library) -> None:
        """What was done in a block that ends cleanly is committed with the transaction, and not before."""
        with library.transaction() as tx:
            with tx.savepoint():
                tx.songs.create_or_update_song("a", "A", "x")
            assert (titles(tx), titles(other)) == (["A"], [])
        assert titles(other) == ["A"]

    @rule("T5-05")
    def test_every_write_is_undone(self, library: Library, other: Library) -> None:
        """Insertions, updates, deletions and their cascades are all undone, revisions too."""
        stored(library, Shelf(id="s", label="one"), Shelf(id="t", label="two"), Box(id="b", shelf="s", origin="t"))
        with nothing_changes(other), probing(library) as probe:
            before = probe.get(Shelf, "s"), probe.get(Box, "b")
            with probe.savepoint() as savepoint:
                probe.insert(Shelf(id="u", label="three"))
                probe.patch(Shelf, "s", {"room": "r"})
                probe.delete(Shelf, "t")
                probe.delete(Shelf, "s")
                savepoint.rollback()
            assert (probe.get(Shelf, "s"), probe.get(Box, "b")) == before

    @rule("T5-06")
    def test_unique_values_are_given_back(self, library: Library, other: Library) -> None:
        """A unique value taken inside a savepoint is free again when it is undone, and one given up is taken again."""
        stored(library, Shelf(id="s", label="one"))
        with probing(library) as probe:
            with probe.savepoint() as savepoint:
                probe.patch(Shelf, "s", {"label": "two"})
                savepoint.rollback()
            with pytest.raises(AlreadyExists):
                probe.insert(Shelf(id="t", label="one"))
            probe.insert(Shelf(id="t", label="two"))
        assert len(contents(other)) == 2

    @rule("T5-07")
    def test_reads_after_a_rollback(self, library: Library) -> None:
        """Every kind of read after a rollback sees what was there before the savepoint."""
        add_songs(library, song("a", "Old"))
        with library.transaction() as tx:
            with tx.savepoint() as savepoint:
                tx.songs.patch_song("a", {"title": "New"})
                tx.songs.create_or_update_song("b", "Newer", "y")
                savepoint.rollback()
            assert titles(tx) == ["Old"]
            assert (tx.songs.search_songs_paginated("new"), tx.songs.count_songs()) == (([], 0), 1)
            assert tx.songs.search_songs_paginated("old")[1] == 1
            assert tx.songs.get_artists_with_counts() == [("Björk", 1)]

    @rule("T5-08")
    def test_an_inner_savepoint_alone(self, library: Library, other: Library) -> None:
        """Undoing an inner savepoint keeps what the outer one did before and after it."""
        with library.transaction() as tx, tx.savepoint():
            tx.songs.create_or_update_song("a", "Outer", "x")
            with suppress(ZeroDivisionError), tx.savepoint():
                tx.songs.create_or_update_song("b", "Inner", "x")
                raise ZeroDivisionError
            tx.songs.create_or_update_song("c", "Outer too", "x")
        assert titles(other) == ["Outer", "Outer too"]

    @rule("T5-09")
    def test_an_outer_savepoint_with_its_inner(self, library: Library, other: Library) -> None:
        """Undoing an outer savepoint undoes what an inner one kept."""
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "Before", "x")
            with tx.savepoint() as outer:
                with tx.savepoint():
                    tx.songs.create_or_update_song("b", "Inner", "x")
                outer.rollback()
        assert titles(other) == ["Before"]

    @rule("T5-10")
    @pytest.mark.parametrize("undone", [0, 3, 9])
    def test_ten_deep(self, library: Library, other: Library, undone: int) -> None:
        """Of ten savepoints inside each other, any can be undone, with all that are inside it."""

        def nest(tx: Any, depth: int) -> None:
            with suppress(ZeroDivisionError), tx.savepoint():
                tx.songs.create_or_update_song(f"{depth}", f"{depth}", "x")
                if depth < 9:
                    nest(tx, depth + 1)
                if depth == undone:
                    raise ZeroDivisionError

        with library.transaction() as tx:
            nest(tx, 0)
        assert titles(other) == [str(depth) for depth in range(undone)]

    @rule("T5-11")
    def test_one_after_the_other(self, library: Library, other: Library) -> None:
        """Many savepoints one after the other, kept and undone by turns, leave what was kept."""
        with library.transaction() as tx:
            for number in range(40):
                with tx.savepoint() as savepoint:
                    tx.songs.create_or_update_song(f"{number:02}", f"{number:02}", "x")
                    if number % 2:
                        savepoint.rollback()
        assert titles(other) == [f"{number:02}" for number in range(0, 40, 2)]

    @rule("T5-12")
    def test_a_savepoint_ends_once(self, library: Library) -> None:
        """A savepoint that was undone, or whose block has ended, is `SessionClosed`; the transaction goes on."""
        with library.transaction() as tx:
            with tx.savepoint() as undone:
                undone.rollback()
                with pytest.raises(SessionClosed):
                    undone.rollback()
            with tx.savepoint() as left:
                tx.songs.create_or_update_song("a", "A", "x")
            with pytest.raises(SessionClosed):
                left.rollback()
            assert titles(tx) == ["A"]

    @rule("T5-13")
    def test_an_interrupt(self, library: Library, other: Library) -> None:
        """An exception that is no `Exception` undoes the savepoint and then the transaction."""
        with nothing_changes(other), pytest.raises(KeyboardInterrupt), library.transaction() as tx, tx.savepoint():
            tx.songs.create_or_update_song("a", "A", "x")
            raise KeyboardInterrupt

    @rule("T5-14")
    def test_the_end_of_the_transaction_inside(self, library: Library, other: Library) -> None:
        """Rolling the transaction back inside a savepoint's block undoes everything, and both blocks end quietly."""
        with nothing_changes(other), library.transaction() as tx, tx.savepoint():
            tx.songs.create_or_update_song("a", "A", "x")
            tx.rollback()
        add_songs(library, song())

    @rule("T5-15")
    def test_changes_are_forgotten(self, library: Library, open_library: Opener) -> None:
        """Changes and callbacks of a savepoint that was undone are not told; those around it are."""
        recorder = Recorder()
        told: list[str] = []
        with open_library(plugins=[recorder]).transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            tx.on_commit(lambda: told.append("before"))
            with tx.savepoint() as savepoint:
                tx.songs.create_or_update_song("b", "B", "x")
                tx.songs.patch_song("a", {"year": 1})
                tx.on_commit(lambda: told.append("inside"))
                savepoint.rollback()
            tx.on_commit(lambda: told.append("after"))
        assert [(change.key, change.kind, change.after) for change in recorder.changes] == [("a", "inserted", 1)]
        assert told == ["before", "after"]
        assert read(library, "a").revision == 1

    @rule("T5-16")
    def test_an_outer_rollback_forgets_inner_changes(self, open_library: Opener) -> None:
        """Undoing an outer savepoint forgets the changes that an inner one kept."""
        recorder = Recorder()
        with open_library(plugins=[recorder]).transaction() as tx, suppress(ZeroDivisionError), tx.savepoint():
            with tx.savepoint():
                tx.songs.create_or_update_song("a", "A", "x")
            raise ZeroDivisionError
        assert recorder.commits == []
