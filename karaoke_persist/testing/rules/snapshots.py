"""T2 and T2s: what readers see while others write."""

from __future__ import annotations

import threading
from collections.abc import Callable

from karaoke_persist import Library, Song, Transaction
from karaoke_persist.contract import Order, Query
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, probing
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.transactions import titles
from karaoke_persist.testing.samples import song, songs
from karaoke_persist.testing.threads import Background, in_thread, reached, together


def everything_seen(tx: Transaction) -> tuple[object, ...]:
    """What every kind of read answers."""
    at = tx.songs
    return (
        at.get_song("a"),
        at.get_songs(),
        at.count_songs(),
        at.get_artists_with_counts(),
        at.search_songs_paginated("t"),
        at.get_song_statistics(),
    )


def change_everything(library: Library) -> None:
    """Insert, update and delete, and commit."""
    with library.transaction() as tx:
        tx.songs.patch_song("a", {"title": "Title changed"})
        tx.songs.delete_song("b")
        tx.songs.create_or_update_song("c", "Title new", "Other")


class SnapshotRules(Conformance):
    """T2: a read-only session sees one snapshot, and waits for nobody."""

    @rule("T2-01")
    def test_from_entry_on(self, library: Library, other: Library) -> None:
        """A read-only transaction sees what was committed when it began, also if it reads for the first time later."""
        add_songs(library, song("a", "Title"), song("b", "Title"))
        with library.transaction(read_only=True) as tx:
            change_everything(other)
            assert titles(tx) == ["Title", "Title"]
        assert titles(library) == ["Title changed", "Title new"]

    @rule("T2-02")
    def test_every_read_sees_the_same(self, library: Library, other: Library) -> None:
        """Every kind of read in a read-only transaction answers the same before and after another commits."""
        add_songs(library, song("a", "Title"), song("b", "Title"))
        with library.transaction(read_only=True) as tx:
            before = everything_seen(tx)
            change_everything(other)
            assert everything_seen(tx) == before

    @rule("T2-03")
    def test_readers_do_not_wait(self, library: Library, other: Library) -> None:
        """A reader does not wait for a writer, not even one that has written, and sees what was committed before it."""
        add_songs(library, song("a", "Old"))
        with library.transaction() as tx:
            tx.songs.patch_song("a", {"title": "New"})
            with other.transaction(read_only=True, timeout=0) as reader:
                assert titles(reader) == ["Old"]
            assert in_thread(lambda: titles(library)) == ["Old"]

    @rule("T2-04")
    def test_writers_do_not_wait(self, library: Library, other: Library) -> None:
        """A writer does not wait for a reader that has read and reads on."""
        add_songs(library, *songs(3))
        with other.transaction(read_only=True) as reader:
            assert reader.songs.count_songs() == 3
            with library.transaction(timeout=0) as tx:
                tx.songs.delete_song("song-000")
            assert reader.songs.count_songs() == 3

    @rule("T2-05")
    def test_each_reader_its_own(self, library: Library, other: Library) -> None:
        """Readers that began at different commits each see their own, whichever ends first."""
        with library.transaction(read_only=True) as first:
            add_songs(other, song("a"))
            with other.transaction(read_only=True) as second:
                add_songs(library, song("b"))
                assert (first.songs.count_songs(), second.songs.count_songs(), library.songs.count_songs()) == (0, 1, 2)
            assert first.songs.count_songs() == 0

    @rule("T2-06")
    def test_no_half_of_a_transaction(self, library: Library, other: Library) -> None:
        """Readers in many threads never see half of what one transaction wrote."""
        add_songs(library, song("a", year=0), song("b", year=0))
        done = threading.Event()

        def write() -> None:
            for year in range(1, 40):
                with library.transaction() as tx:
                    tx.songs.patch_song("a", {"year": year})
                    tx.songs.patch_song("b", {"year": year})
            done.set()

        def look() -> int:
            halves = 0
            while not done.is_set():
                with other.transaction(read_only=True) as tx:
                    first, second = tx.songs.get_song("a"), tx.songs.get_song("b")
                halves += first is None or second is None or first.year != second.year
            return halves

        def write_and_end() -> int:
            try:
                write()
            finally:
                done.set()
            return 0

        assert together(write_and_end, look, look) == [0, 0, 0]

    @rule("T2-07")
    def test_a_stream_sees_one_moment(self, library: Library, other: Library) -> None:
        """A stream read slowly gives the rows of its snapshot in order, whatever is committed between its batches."""
        add_songs(library, *songs(10))
        with probing(library, read_only=True) as probe:
            batches = probe.stream(Query(Song, order=Order("title")), 3)
            seen = [each.id for each in next(batches)]
            other.songs.delete_song("song-005")
            add_songs(other, song("song-0045", "Title 0045"))
            seen += [each.id for batch in batches for each in batch]
        assert seen == [each.id for each in songs(10)]

    @rule("T2-08")
    def test_readers_in_one_thread(self, library: Library) -> None:
        """Read-only transactions may be opened inside each other and inside a write, each with its own snapshot."""
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            with library.transaction(read_only=True) as outer, library.transaction(read_only=True) as inner:
                assert (outer.songs.count_songs(), inner.songs.count_songs(), tx.songs.count_songs()) == (0, 0, 1)

    @rule("T2-09")
    def test_many_readers(self, library: Library) -> None:
        """Many readers hold their snapshots at the same time, while a writer commits."""
        add_songs(library, *songs(2))
        entered = [threading.Event() for _ in range(4)]
        go_on = threading.Event()

        def hold(number: int) -> Callable[[], int]:
            def run() -> int:
                with library.transaction(read_only=True) as tx:
                    entered[number].set()
                    reached(go_on)
                    return tx.songs.count_songs()

            return run

        readers = [Background(hold(number)) for number in range(4)]
        for event in entered:
            reached(event)
        add_songs(library, song("new"))
        go_on.set()
        assert [reader.result() for reader in readers] == [2, 2, 2, 2]


class OneShotReadRules(Conformance):
    """T2s: each one-shot read sees one moment, the latest."""

    @rule("T2s-01")
    def test_the_latest(self, library: Library, other: Library) -> None:
        """Each one-shot read sees everything that was committed before it."""
        for number in range(5):
            add_songs(other, song(f"{number}"))
            assert library.songs.count_songs() == number + 1
            assert library.songs.get_song(f"{number}") is not None

    @rule("T2s-02")
    def test_without_waiting(self, library: Library, open_library: Opener) -> None:
        """A one-shot read does not wait for a writer, even where no time to wait is allowed."""
        hasty = open_library(timeout=0)
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            assert (hasty.songs.count_songs(), hasty.songs.get_songs(), hasty.songs.get_song("a")) == (0, [], None)

    @rule("T2s-03")
    def test_inside_a_transaction(self, library: Library) -> None:
        """A one-shot read inside a transaction sees the data from before it."""
        add_songs(library, song("a", "Old"))
        with library.transaction() as tx:
            tx.songs.patch_song("a", {"title": "New"})
            assert (titles(library), titles(tx)) == (["Old"], ["New"])

    @rule("T2s-04")
    def test_page_and_total_agree(self, open_library: Opener) -> None:
        """A page and its total, read by one call, are of one moment, whatever is written at the same time."""
        library, other = open_library(), open_library()
        add_songs(library, *songs(5))

        def write() -> bool:
            for number in range(30):
                add_songs(other, song(f"new-{number}"))
            return True

        def look() -> bool:
            answers = [library.songs.search_songs_paginated("", limit=1_000) for _ in range(30)]
            return all(len(found) == total for found, total in answers)

        assert together(write, look) == [True, True]
