"""T1 and T3: writers come one after the other, and waiting for one has an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from karaoke_persist import BulkResult, Busy, Library, Song, Transaction
from karaoke_persist.contract import Capability
from karaoke_persist.testing.handles import Conformance, Opener, Place, add_songs, nothing_changes, require
from karaoke_persist.testing.processes import Worker, in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.transactions import titles
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.samples import song
from karaoke_persist.testing.threads import WAIT, Background, in_thread, outcome_of, reached, together
from karaoke_persist.testing.workers import count_up, hold_the_writer, write_at_once


def counting(library: Library, times: int) -> Callable[[], None]:
    """Read a number and write it raised by one, so many times, each in a transaction."""

    def step(tx: Transaction) -> None:
        found = tx.songs.get_song("song-1")
        assert found is not None
        tx.songs.patch_song("song-1", {"year": (found.year or 0) + 1})

    return lambda: [library.run(step) for _ in range(times)].clear()


def storing(library: Library) -> Callable[[], BulkResult]:
    """Store a song that may be there."""
    return lambda: library.songs.upsert_songs([song()])


def leaving(library: Library, mine: str, theirs: str) -> Callable[[], None]:
    """Stop being a favourite, if the other one still is."""

    def leave(tx: Transaction) -> None:
        found = tx.songs.get_songs_by_ids([mine, theirs])
        if all(each.favorite for each in found.values()):
            tx.songs.patch_song(mine, {"favorite": False})

    return lambda: library.run(leave)


class SerialRules(Conformance):
    """T1: write sessions are serializable."""

    @rule("T1-01")
    def test_no_update_is_lost(self, library: Library, other: Library) -> None:
        """Threads that read a number and write it raised by one lose none, through one handle and through two."""
        add_songs(library, song(year=0))
        together(*(counting(handle, 10) for handle in (library, other, library, other)))
        assert (read(library).year, read(library).revision) == (40, 41)

    @rule("T1-02")
    def test_no_write_skew(self, library: Library, other: Library) -> None:
        """Of two transactions that each write only if the other has not, one does not write."""
        for _ in range(10):
            add_songs(library, song("a", favorite=True), song("b", favorite=True))
            together(leaving(library, "a", "b"), leaving(other, "b", "a"))
            assert sorted([read(library, "a").favorite, read(library, "b").favorite]) == [False, True]

    @rule("T1-03")
    def test_no_phantom(self, library: Library, other: Library) -> None:
        """Of transactions that count rows and insert one if there are none, only one inserts."""

        def insert_if_none(handle: Library, song_id: str) -> Callable[[], object]:
            return lambda: handle.run(
                lambda tx: tx.songs.create_song("t", "x", song_id=song_id) if tx.songs.count_songs() == 0 else None
            )

        together(*(insert_if_none(handle, f"{number}") for number, handle in enumerate([library, other] * 2)))
        assert library.songs.count_songs() == 1

    @rule("T1-04")
    def test_a_writer_that_waited_sees_the_latest(self, library: Library, other: Library) -> None:
        """A writer that had to wait sees everything that was committed before it got in."""
        add_songs(library, song(year=1))
        with library.transaction() as tx:
            waiting = Background(lambda: other.run(lambda later: later.songs.get_song("song-1")))
            tx.songs.patch_song("song-1", {"year": 2})
        seen = waiting.result()
        assert seen is not None
        assert seen.year == 2

    @rule("T1-05")
    def test_reads_repeat_while_writing(self, library: Library, other: Library) -> None:
        """What a write transaction has read stays so until its end, whatever others try to write."""
        add_songs(library, song(year=1))
        with library.transaction() as tx:
            first = tx.songs.get_song("song-1")
            outcome = in_thread(outcome_of(lambda: write_now(other, 2)))
            assert tx.songs.get_song("song-1") == first
        assert isinstance(outcome, Busy)

    @rule("T1-06")
    def test_get_or_create(self, library: Library, other: Library) -> None:
        """Of threads that store the same new song at the same time, one inserts it and the others find it."""
        results = together(*(storing(handle) for handle in (library, other, library, other)))
        assert sorted(result.inserted for result in results) == [0, 0, 0, 1]
        assert read(library).revision == 1

    @rule("T1-07")
    def test_no_update_is_lost_between_processes(self, library: Library, place: Place) -> None:
        """Processes that read a number and write it raised by one lose none."""
        require(library, Capability.MULTI_PROCESS)
        add_songs(library, song(year=0))
        in_processes(count_up, [(place, 10)] * 4)
        assert (read(library).year, read(library).revision) == (40, 41)


def write_now(library: Library, year: int) -> None:
    """A write that does not wait for another writer."""
    with library.transaction(timeout=0) as tx:
        tx.songs.patch_song("song-1", {"year": year})


class WaitingRules(Conformance):
    """T3: waiting too long for the writer is `Busy`."""

    @rule("T3-01")
    def test_no_time_to_wait(self, library: Library, other: Library) -> None:
        """With a timeout of 0, a second writer is `Busy` at once."""
        add_songs(library, song())
        with nothing_changes(other), library.transaction() as tx:
            begun = time.monotonic()
            with pytest.raises(Busy) as caught:
                write_now(other, 1)
            assert time.monotonic() - begun < 1
            assert read(other).revision == 1
            tx.rollback()
        assert (caught.value.timeout, caught.value.retryable) == (0, True)

    @rule("T3-02")
    def test_a_time_to_wait(self, library: Library, other: Library) -> None:
        """A second writer waits as long as its timeout says, and is `Busy` then."""
        with library.transaction():
            begun = time.monotonic()
            with pytest.raises(Busy) as caught, other.transaction(timeout=0.4):
                pass
            waited = time.monotonic() - begun
        assert 0.35 <= waited < 3
        assert caught.value.timeout == 0.4

    @rule("T3-03")
    def test_the_timeout_of_the_library(self, library: Library, open_library: Opener) -> None:
        """The timeout given to `open` holds for one-shot writes and for transactions without one of their own."""
        hasty = open_library(timeout=0)
        with library.transaction():
            begun = time.monotonic()
            with pytest.raises(Busy):
                hasty.songs.create_song("t", "x")
            with pytest.raises(Busy):
                hasty.run(lambda tx: None)
            assert time.monotonic() - begun < 1

    @rule("T3-04")
    def test_the_first_goes_on(self, library: Library, other: Library) -> None:
        """A writer that others waited for in vain commits as if they had not been there, and they can write next."""
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "First", "x")
            for _ in range(3):
                with pytest.raises(Busy), other.transaction(timeout=0):
                    pass
            tx.songs.create_or_update_song("b", "First too", "x")
        other.songs.create_or_update_song("c", "Second", "x")
        assert titles(library) == ["First", "First too", "Second"]

    @rule("T3-05")
    @pytest.mark.parametrize("ending", ["commit", "rollback", "error"])
    def test_getting_in(self, library: Library, other: Library, ending: str) -> None:
        """A waiting writer gets in when the first ends, however it ends."""
        begun = threading.Event()

        def write() -> Song:
            reached(begun)
            return other.songs.create_song("Second", "x")

        waiting = Background(write)
        with suppress(ZeroDivisionError), library.transaction() as tx:
            begun.set()
            tx.songs.create_or_update_song("a", "First", "x")
            if ending == "rollback":
                tx.rollback()
            if ending == "error":
                raise ZeroDivisionError
        assert waiting.result().title == "Second"
        assert titles(library) == (["First", "Second"] if ending == "commit" else ["Second"])

    @rule("T3-06")
    def test_many_waiting_writers(self, library: Library, other: Library) -> None:
        """Many writers that wait at the same time all get in, one after the other."""
        entered = threading.Event()

        def hold() -> None:
            with library.transaction() as tx:
                entered.set()
                tx.songs.create_or_update_song("first", "first", "x")

        holder = Background(hold)
        reached(entered)
        together(*(lambda number=number: other.songs.create_song("t", "x", song_id=f"{number}") for number in range(8)))
        holder.result()
        assert library.songs.count_songs() == 9

    @rule("T3-07")
    def test_a_writer_in_another_process(self, library: Library, place: Place) -> None:
        """A writer in one process is waited for in another, `Busy` at the timeout, and gets in when it ends."""
        require(library, Capability.MULTI_PROCESS)
        with Worker(hold_the_writer, place) as holder:
            holder.expect("holding")
            with pytest.raises(Busy):
                write_now(library, 1)
            assert library.songs.count_songs() == 0
            waiting = Background(lambda: library.songs.create_song("Second", "x"))
            holder.tell("go on")
            holder.result()
            waiting.result()
        assert titles(library) == ["Held", "Second"]

    @rule("T3-08")
    def test_busy_in_another_process(self, library: Library, place: Place) -> None:
        """A writer here makes one of another process `Busy` at its timeout."""
        require(library, Capability.MULTI_PROCESS)
        with library.transaction(), Worker(write_at_once, place) as worker, pytest.raises(Busy):
            worker.result()

    @rule("T3-09")
    def test_the_timeout_of_one_transaction(self, library: Library, open_library: Opener) -> None:
        """A timeout given to a transaction replaces that of the library, to wait longer and to wait less."""
        hasty, patient = open_library(timeout=0), open_library(timeout=WAIT)
        with library.transaction() as tx:
            with pytest.raises(Busy) as caught, patient.transaction(timeout=0):
                pass
            waiting = Background(lambda: count_in(hasty, timeout=WAIT))
            tx.songs.create_or_update_song("a", "A", "x")
        assert (caught.value.timeout, waiting.result()) == (0, 1)

    @rule("T3-10")
    def test_who_gave_up_waits_no_more(self, library: Library, other: Library) -> None:
        """A writer that gave up waiting is out of the line: who waits longer gets in, and after that anybody."""
        entered = threading.Event()

        def wait_longer() -> int:
            reached(entered)
            return count_in(other, timeout=WAIT)

        waiting = Background(wait_longer)
        with library.transaction() as tx:
            entered.set()
            given_up = [Background(outcome_of(lambda: count_in(other, timeout=0.1))) for _ in range(3)]
            assert [type(each.result()) for each in given_up] == [Busy] * 3
            tx.songs.create_or_update_song("a", "A", "x")
        assert waiting.result() == 1
        assert count_in(library, timeout=0) == 1


def count_in(library: Library, timeout: float) -> int:
    """Count songs in a write transaction."""
    with library.transaction(timeout=timeout) as tx:
        return tx.songs.count_songs()
