"""Events: what listeners and callbacks hear, and when."""

from __future__ import annotations

import logging
import threading

import pytest

from karaoke_persist import Change, Library, hookimpl
from karaoke_persist.testing.handles import Conformance, Opener, add_songs
from karaoke_persist.testing.listening import Recorder
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import EVERY_FIELD, song


def inserted(key: str) -> Change:
    """The change that a new song is."""
    return Change("Song", key, "inserted", 0, 1)


class Shouting:
    """A listener that fails."""

    @hookimpl
    def karaoke_after_commit(self, changes: tuple[Change, ...]) -> None:
        """Fail."""
        raise RuntimeError("a listener failed")


class EventRules(Conformance):
    """Listeners hear of what was committed, once, after it was."""

    @rule("N-01")
    def test_each_change(self, open_library: Opener) -> None:
        """Each insertion, update and deletion is told with model, key, kind and both revisions, in order."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        library.songs.create_or_update_song("a", "A", "x")
        library.songs.patch_song("a", {"year": 1})
        library.songs.delete_song("a")
        assert recorder.commits == [
            (inserted("a"),),
            (Change("Song", "a", "updated", 1, 2),),
            (Change("Song", "a", "deleted", 2, 0),),
        ]

    @rule("N-02")
    def test_one_commit_is_told_once(self, open_library: Opener) -> None:
        """All changes of a transaction are told together, in the order they were made."""
        recorder = Recorder()
        with open_library(plugins=[recorder]).transaction() as tx:
            tx.songs.create_or_update_song("b", "B", "x")
            tx.songs.create_or_update_song("a", "A", "x")
            tx.songs.patch_song("b", {"year": 1})
        assert recorder.commits == [(inserted("b"), inserted("a"), Change("Song", "b", "updated", 1, 2))]

    @rule("N-03")
    def test_only_after_the_commit(self, library: Library, open_library: Opener) -> None:
        """Nothing is told before the commit; when it is told, everybody sees the change and the writer is free."""
        seen: list[int] = []

        def look(changes: tuple[Change, ...]) -> None:
            with library.transaction(timeout=0) as tx:
                seen.append(tx.songs.count_songs())

        recorder = Recorder(look)
        with open_library(plugins=[recorder]).transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            assert recorder.commits == []
        assert (len(recorder.commits), seen) == (1, [1])

    @rule("N-04")
    def test_nothing_of_what_was_undone(self, open_library: Opener) -> None:
        """Nothing is told of a transaction that was undone, by an exception or by hand."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            tx.rollback()
        with pytest.raises(ZeroDivisionError), library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            raise ZeroDivisionError
        assert recorder.commits == []

    @rule("N-05")
    def test_nothing_where_nothing_changed(self, open_library: Opener) -> None:
        """Nothing is told of reads, of writes that changed nothing, and of deletions of what was not there."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        add_songs(library, song(**EVERY_FIELD))
        recorder.commits.clear()
        add_songs(library, song(**EVERY_FIELD))
        library.songs.patch_song("song-1", {"year": 1997})
        library.songs.delete_song("nowhere")
        library.songs.get_songs()
        assert recorder.commits == []

    @rule("N-06")
    def test_bulk_changes(self, open_library: Opener) -> None:
        """Of many songs stored at once, those that were new or changed are told, and the others are not."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        add_songs(library, song("a"), song("b", year=1))
        recorder.commits.clear()
        add_songs(library, song("c"), song("a"), song("b", year=2))
        assert set(recorder.changes) == {inserted("c"), Change("Song", "b", "updated", 1, 2)}

    @rule("N-07")
    def test_in_the_committing_thread(self, open_library: Opener) -> None:
        """Listeners are called in the thread that committed."""
        threads: list[int] = []
        library = open_library(plugins=[Recorder(lambda changes: threads.append(threading.get_ident()))])
        add_songs(library, song())
        assert threads == [threading.get_ident()]

    @rule("N-08")
    def test_a_listener_that_writes(self, open_library: Opener) -> None:
        """A listener may write through the same library, and that is told in its turn."""
        libraries: list[Library] = []

        def answer(changes: tuple[Change, ...]) -> None:
            if changes[0].key == "a":
                libraries[0].songs.create_or_update_song("b", "B", "x")

        recorder = Recorder(answer)
        libraries.append(open_library(plugins=[recorder]))
        libraries[0].songs.create_or_update_song("a", "A", "x")
        assert recorder.commits == [(inserted("a"),), (inserted("b"),)]

    @rule("N-09")
    def test_a_listener_that_fails(self, open_library: Opener, caplog: pytest.LogCaptureFixture) -> None:
        """What a listener raises is logged, undoes nothing, and keeps no other listener from hearing."""
        before, after = Recorder(), Recorder()
        library = open_library(plugins=[before, Shouting(), after])
        with caplog.at_level(logging.ERROR, "karaoke_persist"):
            library.songs.create_or_update_song("a", "A", "x")
        assert (before.changes, after.changes, library.songs.count_songs()) == ([inserted("a")], [inserted("a")], 1)
        assert "a listener failed" in caplog.text

    @rule("N-10")
    def test_callbacks(self, library: Library, other: Library, caplog: pytest.LogCaptureFixture) -> None:
        """Callbacks run in their order after the commit; one that fails is logged and stops no other."""
        told: list[str] = []
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            tx.on_commit(lambda: told.append(f"first of {other.songs.count_songs()}"))
            tx.on_commit(lambda: 1 // 0)
            tx.on_commit(lambda: told.append("third"))
            assert told == []
        assert told == ["first of 1", "third"]
        assert "ZeroDivisionError" in caplog.text

    @rule("N-11")
    def test_callbacks_of_what_was_undone(self, library: Library) -> None:
        """Callbacks of a transaction that was undone are never called."""
        told: list[str] = []
        with library.transaction() as tx:
            tx.on_commit(lambda: told.append("undone"))
            tx.rollback()
        with pytest.raises(ZeroDivisionError), library.transaction() as tx:
            tx.on_commit(lambda: told.append("undone"))
            raise ZeroDivisionError
        assert told == []

    @rule("N-12")
    def test_callbacks_may_write(self, library: Library, other: Library) -> None:
        """A callback may open a transaction of its own."""
        with library.transaction() as tx:
            tx.on_commit(lambda: library.songs.create_or_update_song("b", "B", "x"))
        assert other.songs.count_songs() == 1

    @rule("N-13")
    def test_only_this_librarys(self, library: Library, open_library: Opener) -> None:
        """A listener hears of the commits of the library it was given to, and of no other handle's."""
        recorder = Recorder()
        open_library(plugins=[recorder])
        add_songs(library, song())
        assert recorder.commits == []
