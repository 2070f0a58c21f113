"""Transactions in one thread: all or nothing, own writes, read-only sessions, optimistic writes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from karaoke_persist import (
    InvalidValue,
    Library,
    ReadOnlySession,
    SessionClosed,
    Song,
    StaleWrite,
    Transaction,
)
from karaoke_persist.testing.handles import Conformance, add_songs, nothing_changes, probing
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.samples import song, songs
from karaoke_persist.testing.threads import outcome_of, together


class Interrupted(BaseException):
    """What is no `Exception`, such as an interrupt."""


def titles(transaction: Transaction | Library) -> list[str]:
    """The title of every song, in order."""
    return [found.title for found in transaction.songs.get_songs_page(sort_by="title").items]


def ended(library: Library, ending: str) -> Transaction:
    """A transaction whose block has ended in this way."""
    with suppress(ZeroDivisionError), library.transaction() as tx:
        if ending == "rollback":
            tx.rollback()
        if ending == "error":
            raise ZeroDivisionError
    return tx


class AtomicRules(Conformance):
    """T4: all or nothing."""

    @rule("T4-01")
    def test_a_clean_end_commits(self, library: Library, other: Library) -> None:
        """A block that ends cleanly commits everything in it."""
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            tx.songs.create_or_update_song("b", "B", "x")
        assert titles(other) == ["A", "B"]

    @rule("T4-02")
    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit, Interrupted])
    def test_an_exception_undoes_everything(self, library: Library, other: Library, error: type[BaseException]) -> None:
        """Any exception that leaves the block, interrupts and exits too, undoes everything and goes on its way."""
        add_songs(library, song("kept"), song("gone"))
        with nothing_changes(other), nothing_changes(library), pytest.raises(error), library.transaction() as tx:
            tx.songs.create_or_update_song("new", "New", "x")
            tx.songs.patch_song("kept", {"title": "Changed"})
            tx.songs.delete_song("gone")
            raise error

    @rule("T4-03")
    def test_rollback(self, library: Library, other: Library) -> None:
        """A rollback undoes everything and ends the transaction: using it on is `SessionClosed`, leaving it is fine."""
        with nothing_changes(other), library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            tx.rollback()
            with pytest.raises(SessionClosed):
                tx.songs.get_song("a")
        add_songs(library, song())

    @rule("T4-04")
    @pytest.mark.parametrize("ending", ["commit", "error", "rollback"])
    def test_after_the_end(self, library: Library, ending: str) -> None:
        """A transaction whose block has ended is `SessionClosed` for every use."""
        tx = ended(library, ending)
        uses: list[Callable[[], object]] = [
            lambda: tx.songs.get_songs(),
            lambda: tx.songs.create_or_update_song("a", "A", "x"),
            lambda: tx.on_commit(print),
            tx.rollback,
            lambda: tx.savepoint().__enter__(),
        ]
        for use in uses:
            with pytest.raises(SessionClosed):
                use()

    @rule("T4-05")
    def test_a_refused_batch_leaves_nothing(self, library: Library, other: Library) -> None:
        """A batch that is refused half way leaves nothing, also when the session goes on and commits."""
        add_songs(library, song("song-005", title="Old"))
        with library.transaction() as tx:
            with pytest.raises(InvalidValue):
                tx.songs.upsert_songs([*songs(5), *songs(1)])
            tx.songs.create_or_update_song("after", "After", "x")
        assert titles(other) == ["After", "Old"]

    @rule("T4-06")
    def test_a_batch_that_meets_a_taken_key(self, library: Library, other: Library) -> None:
        """Of many rows inserted at once, none is stored if the key of one is taken, wherever it stands."""
        add_songs(library, song("song-003", title="Old"))
        with probing(library) as probe:
            with pytest.raises(Exception, match="song-003"):
                probe.insert(*songs(6))
            assert probe.get(Song, "song-000") is None
        assert titles(other) == ["Old"]

    @rule("T4-07")
    def test_run_commits_and_answers(self, library: Library, other: Library) -> None:
        """`run` commits what the function did and answers what it returned; what it raises undoes everything."""
        assert library.run(lambda tx: tx.songs.create_song("A", "x", song_id="a").id) == "a"
        with nothing_changes(other), pytest.raises(ZeroDivisionError):
            library.run(lambda tx: (tx.songs.delete_song("a"), 1 // 0))
        assert library.run(lambda tx: tx.songs.count_songs(), read_only=True) == 1

    @rule("T4-08")
    def test_one_shot_writes_are_atomic(self, library: Library, other: Library) -> None:
        """A one-shot write that raises on the way, as in a callback of its own, changes nothing."""
        with nothing_changes(other), pytest.raises(ZeroDivisionError):
            library.songs.upsert_songs(songs(1_200), progress=lambda done: 1 // (done - 1_000))


class VisibilityRules(Conformance):
    """T6: own writes are seen at once, and by nobody else before the commit."""

    @rule("T6-01")
    def test_own_insertions(self, library: Library) -> None:
        """What a transaction wrote, it sees at once in every kind of read."""
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "Álfur", "Björk")
            assert tx.songs.get_song("a") is not None
            assert [found.id for found in tx.songs.get_songs()] == ["a"]
            assert tx.songs.search_songs_paginated("alfur")[1] == 1
            assert (tx.songs.count_songs(), tx.songs.get_artists_with_counts()) == (1, [("Björk", 1)])

    @rule("T6-02")
    def test_own_updates(self, library: Library) -> None:
        """What a transaction changed, it sees changed at once in every kind of read."""
        add_songs(library, song("a", "Old", "Old"), song("b", "Between", "Other"))
        with library.transaction() as tx:
            assert titles(tx) == ["Between", "Old"]
            tx.songs.patch_song("a", {"title": "Again", "artist": "New"})
            assert titles(tx) == ["Again", "Between"]
            assert [tx.songs.search_songs_paginated(text)[1] for text in ("old", "again")] == [0, 1]
            assert tx.songs.get_artists_with_counts() == [("New", 1), ("Other", 1)]

    @rule("T6-03")
    def test_own_deletions(self, library: Library) -> None:
        """What a transaction deleted, it sees no more in any kind of read."""
        add_songs(library, song("a", "Gone"), song("b", "Kept"))
        with library.transaction() as tx:
            tx.songs.delete_song("a")
            assert (tx.songs.get_song("a"), titles(tx)) == (None, ["Kept"])
            assert tx.songs.search_songs_paginated("gone") == ([], 0)
            assert tx.songs.count_songs() == 1

    @rule("T6-04")
    def test_nobody_else_sees_them(self, library: Library, other: Library) -> None:
        """Nobody else sees an insertion, update or deletion before the commit, and everybody does after it."""
        add_songs(library, song("a", "Old"), song("b", "Gone"))
        with library.transaction() as tx:
            tx.songs.patch_song("a", {"title": "New"})
            tx.songs.delete_song("b")
            tx.songs.create_or_update_song("c", "Third", "x")
            assert titles(other) == titles(library) == ["Gone", "Old"]
            assert other.songs.search_songs_paginated("third")[1] == 0
        assert titles(other) == titles(library) == ["New", "Third"]
        assert other.songs.search_songs_paginated("third")[1] == 1


WRITES: list[Callable[[Transaction], object]] = [
    lambda tx: tx.songs.create_song("t", "a"),
    lambda tx: tx.songs.create_or_update_song("song-1", "t", "a"),
    lambda tx: tx.songs.patch_song("song-1", {"title": "t"}),
    lambda tx: tx.songs.update_song_with_metadata("song-1", {"title": "t"}),
    lambda tx: tx.songs.update_song_audio_paths("song-1", {"vocals": "v"}),
    lambda tx: tx.songs.delete_song("song-1"),
    lambda tx: tx.songs.upsert_songs([song()]),
]


class ReadOnlyRules(Conformance):
    """T7: a read-only session does not write."""

    @rule("T7-01")
    def test_every_write_is_refused(self, library: Library, other: Library) -> None:
        """Every write in a read-only transaction is `ReadOnlySession`, and the session goes on reading."""
        add_songs(library, song())
        with nothing_changes(other), library.transaction(read_only=True) as tx:
            for write in WRITES:
                with pytest.raises(ReadOnlySession):
                    write(tx)
                assert read_title(tx) == "Jóga"

    @rule("T7-02")
    def test_a_read_only_run(self, library: Library, other: Library) -> None:
        """A read-only `run` refuses writes too."""
        add_songs(library, song())
        with nothing_changes(other), pytest.raises(ReadOnlySession):
            library.run(lambda tx: tx.songs.delete_song("song-1"), read_only=True)

    @rule("T7-03")
    def test_writes_work_afterwards(self, library: Library, other: Library) -> None:
        """After a read-only transaction, and inside one, other transactions write as ever."""
        with library.transaction(read_only=True):
            add_songs(library, song())
        add_songs(library, song("song-2"))
        assert other.songs.count_songs() == 2


class OptimisticRules(Conformance):
    """T10: `expect` protects a write from one that came between."""

    @rule("T10-01")
    def test_the_expected_revision(self, library: Library, other: Library) -> None:
        """A patch that expects the revision that is there is done."""
        add_songs(library, song())
        assert library.songs.patch_song("song-1", {"title": "New"}, expect=1) == read(other)
        assert (read(other).title, read(other).revision) == ("New", 2)

    @rule("T10-02")
    def test_another_revision(self, library: Library, other: Library) -> None:
        """A patch that expects another revision is `StaleWrite` with both revisions, and changes nothing."""
        add_songs(library, song())
        other.songs.patch_song("song-1", {"year": 1})
        with nothing_changes(other), pytest.raises(StaleWrite) as caught:
            library.songs.patch_song("song-1", {"title": "New"}, expect=1)
        error = caught.value
        assert (error.model, error.key, error.expected, error.found) == ("Song", "song-1", 1, 2)

    @rule("T10-03")
    def test_stale_even_if_nothing_differs(self, library: Library) -> None:
        """A patch that would change nothing is still `StaleWrite` if the revision is another."""
        add_songs(library, song())
        with pytest.raises(StaleWrite):
            library.songs.patch_song("song-1", {"title": "Jóga"}, expect=7)

    @rule("T10-04")
    def test_expecting_and_changing_nothing(self, library: Library, other: Library) -> None:
        """A patch that expects the right revision and changes nothing leaves the revision as it is."""
        add_songs(library, song())
        with nothing_changes(other):
            library.songs.patch_song("song-1", {"title": "Jóga"}, expect=1)

    @rule("T10-05")
    def test_never_retried(self, library: Library) -> None:
        """A stale write is never tried again by itself."""
        add_songs(library, song())
        calls: list[Transaction] = []

        def patch(tx: Transaction) -> None:
            calls.append(tx)
            tx.songs.patch_song("song-1", {"title": "x"}, expect=9)

        with pytest.raises(StaleWrite):
            library.run(patch)
        assert len(calls) == 1

    @rule("T10-06")
    def test_own_revisions(self, library: Library) -> None:
        """Within a transaction, `expect` means the revision that its own writes have reached."""
        add_songs(library, song())
        with library.transaction() as tx:
            tx.songs.patch_song("song-1", {"year": 1}, expect=1)
            with pytest.raises(StaleWrite):
                tx.songs.patch_song("song-1", {"year": 2}, expect=1)
            tx.songs.patch_song("song-1", {"year": 3}, expect=2)
        assert (read(library).year, read(library).revision) == (3, 3)

    @rule("T10-07")
    def test_one_of_two_wins(self, library: Library, other: Library) -> None:
        """Of writers that expect the same revision at the same time, exactly one succeeds."""
        add_songs(library, song())
        handles = [library, other, library, other]
        outcomes = together(*(outcome_of(patch_expecting_one(handle, year)) for year, handle in enumerate(handles)))
        winners = [each.year for each in outcomes if isinstance(each, Song)]
        assert sum(isinstance(each, StaleWrite) for each in outcomes) == 3
        assert winners == [read(other).year]

    @rule("T10-08")
    def test_revisions_that_are_none(self, library: Library, other: Library) -> None:
        """Expecting what can be no revision is `InvalidValue`."""
        add_songs(library, song())
        revisions: list[Any] = [-1, 2**63, "1", 1.0, True]
        for revision in revisions:
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.songs.patch_song("song-1", {"title": "New"}, expect=revision)


def patch_expecting_one(library: Library, year: int) -> Callable[[], object]:
    """A patch for a thread, that expects revision 1."""
    return lambda: library.songs.patch_song("song-1", {"year": year}, expect=1)


def read_title(tx: Transaction) -> str | None:
    """The title of the song that rules store, read in a transaction."""
    found = tx.songs.get_song("song-1")
    return None if found is None else found.title
