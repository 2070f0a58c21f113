"""Capabilities, durability, and the life of a store: opened, shared, forked and closed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import pytest

from karaoke_persist import BadOption, Library, SessionClosed, Song, Unsupported, WrongThread
from karaoke_persist.contract import CONTRACT_VERSION, Capability, Query
from karaoke_persist.plugins import load_backend
from karaoke_persist.testing.handles import Conformance, Opener, Place, add_songs, nothing_changes, probing, require
from karaoke_persist.testing.processes import Worker, forked
from karaoke_persist.testing.rule import is_newer, rule
from karaoke_persist.testing.rules.transactions import titles
from karaoke_persist.testing.samples import EVERY_FIELD, song, songs
from karaoke_persist.testing.threads import in_thread, together
from karaoke_persist.testing.workers import commit_and_wait, open_and_store
from karaoke_persist.urls import scheme_of


class CapabilityRules(Conformance):
    """What is declared works, what is not declared is refused."""

    @rule("C-01")
    def test_the_facts(self, library: Library, place: Place) -> None:
        """A store tells its scheme, its version, and the contract that its plugin declares."""
        info = library.store.info
        plugin = load_backend(scheme_of(place.url))
        assert (info.scheme, info.contract_version) == (scheme_of(place.url), plugin.contract_version)
        assert not is_newer(info.contract_version, CONTRACT_VERSION)
        assert info.version

    @rule("C-02")
    def test_persistent(self, library: Library, open_library: Opener) -> None:
        """A persistent store says it is durable; one that is not says that it keeps nothing."""
        persistent = Capability.PERSISTENT in library.store.info.capabilities
        assert library.store.info.durability == ("full" if persistent else "memory")

    @rule("C-03")
    def test_relaxed_durability(self, library: Library, open_library: Opener) -> None:
        """Relaxed durability works and is shown where it is declared, and is `Unsupported` where it is not."""
        if Capability.RELAXED_DURABILITY in library.store.info.capabilities:
            relaxed = open_library(durability="relaxed")
            add_songs(relaxed, song())
            assert (relaxed.store.info.durability, library.songs.count_songs()) == ("relaxed", 1)
        else:
            with pytest.raises(Unsupported):
                open_library(durability="relaxed")

    @rule("C-04")
    def test_full_durability(self, library: Library, open_library: Opener) -> None:
        """Full durability works where data is kept, and is `Unsupported` where it is not."""
        if Capability.PERSISTENT in library.store.info.capabilities:
            assert open_library(durability="full").store.info.durability == "full"
        else:
            with pytest.raises(Unsupported):
                open_library(durability="full")

    @rule("C-05")
    def test_unknown_options(self, open_library: Opener) -> None:
        """An option that the backend does not know is `BadOption`, naming it."""
        with pytest.raises(BadOption, match="no_such_option"):
            open_library(backend_options={"no_such_option": 1})

    @rule("C-06")
    def test_between_processes(self, library: Library, place: Place) -> None:
        """What another process commits is seen here where several processes are declared, and is not where not."""
        with Worker(open_and_store, place, "theirs") as worker:
            worker.expect("ready")
            worker.tell("go")
            worker.result()
        shared = Capability.MULTI_PROCESS in library.store.info.capabilities
        assert library.songs.count_songs() == (1 if shared else 0)

    @rule("C-07")
    def test_after_the_last_handle(self, place: Place, open_library: Opener) -> None:
        """What was committed outlives the last handle where persistence is declared, and goes with it where not."""
        with place.open() as first:
            add_songs(first, song())
            persistent = Capability.PERSISTENT in first.store.info.capabilities
        assert open_library().songs.count_songs() == (1 if persistent else 0)


class DurabilityRules(Conformance):
    """T11: a commit that returned is durable."""

    @rule("T11-01")
    def test_opening_again(self, open_library: Opener, place: Place) -> None:
        """What was committed is there when the store is closed and opened again, every field of it."""
        with place.open() as first:
            require(first, Capability.PERSISTENT)
            add_songs(first, song(**EVERY_FIELD))
            with first.transaction() as tx:
                tx.songs.create_or_update_song("undone", "Undone", "x")
                tx.rollback()
        assert open_library().songs.get_songs() == [song(**EVERY_FIELD, revision=1)]

    @rule("T11-02")
    def test_a_killed_process(self, library: Library, place: Place) -> None:
        """What a process committed is there after it was killed; what it had begun is not, and the writer is free."""
        require(library, Capability.PERSISTENT, Capability.MULTI_PROCESS)
        with Worker(commit_and_wait, place) as worker:
            worker.expect("committed")
            worker.kill()
        assert titles(library) == ["Committed"]
        with library.transaction(timeout=10) as tx:
            tx.songs.create_or_update_song("after", "After", "x")
        assert titles(library) == ["After", "Committed"]

    @rule("T11-03")
    def test_closing_while_others_are_open(self, library: Library, open_library: Opener) -> None:
        """Closing one handle takes nothing from another, and what it committed stays."""
        second = open_library()
        add_songs(second, song())
        second.close()
        assert library.songs.count_songs() == 1
        add_songs(library, song("song-2"))
        assert open_library().songs.count_songs() == 2


def fail_after_reading(library: Library) -> None:
    """A reader that an exception leaves, its stream half read."""
    with probing(library, read_only=True) as probe:
        next(probe.stream(Query(Song), 2))
        raise ZeroDivisionError


def fail_after_writing(library: Library) -> None:
    """A writer that an exception leaves inside a savepoint."""
    with probing(library) as probe, probe.savepoint():
        probe.delete(Song, "song-000")
        raise ZeroDivisionError


def undo(library: Library) -> None:
    """A writer that is rolled back by hand."""
    with library.transaction() as tx:
        tx.songs.delete_song("song-000")
        tx.rollback()


def look_and_leave(library: Library) -> None:
    """A reader that leaves its stream half read."""
    with probing(library, read_only=True) as probe:
        next(probe.stream(Query(Song), 2))


ENDINGS: Final[tuple[Callable[[Library], object], ...]] = (
    fail_after_reading,
    fail_after_writing,
    undo,
    look_and_leave,
    lambda library: library.songs.get_song("song-001"),
    lambda library: library.songs.patch_song("song-001", {"favorite": True}),
)
"""Ways for a session to end."""


class LifeRules(Conformance):
    """A store is shared by threads, survives a fork, and ends when it is closed."""

    @rule("C-10")
    def test_closing(self, library: Library, open_library: Opener) -> None:
        """Closing twice does nothing; using a closed library is `SessionClosed`."""
        second = open_library()
        second.close()
        second.close()
        with pytest.raises(SessionClosed):
            second.songs.get_songs()
        with pytest.raises(SessionClosed), second.transaction():
            pass
        assert library.songs.get_songs() == []

    @rule("C-11")
    def test_threads_share_a_library(self, library: Library, other: Library) -> None:
        """Threads may use one library at the same time, for reads and writes."""

        def use(number: int) -> int:
            for step in range(5):
                library.songs.create_or_update_song(f"{number}-{step}", "t", "x")
                assert library.songs.get_song(f"{number}-{step}") is not None
            return number

        assert together(*(lambda number=number: use(number) for number in range(6))) == list(range(6))
        assert other.songs.count_songs() == 30

    @rule("C-12")
    def test_a_transaction_in_another_thread(self, library: Library, other: Library) -> None:
        """A transaction used in another thread is `WrongThread`, and goes on undisturbed in its own."""
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            with pytest.raises(WrongThread):
                in_thread(tx.songs.get_songs)
            with pytest.raises(WrongThread):
                in_thread(lambda: tx.songs.delete_song("a"))
        assert titles(other) == ["A"]

    @rule("C-13")
    def test_a_transaction_left_in_another_thread(self, library: Library, other: Library) -> None:
        """A transaction that is left in another thread is undone there, as `WrongThread`, and the writer is free."""
        block = library.transaction()
        tx = block.__enter__()
        tx.songs.create_or_update_song("a", "A", "x")
        with pytest.raises(WrongThread):
            in_thread(lambda: block.__exit__(None, None, None))
        with other.transaction(timeout=0):
            assert titles(library) == []
        add_songs(library, song())

    @rule("C-14")
    def test_a_fork(self, library: Library, other: Library) -> None:
        """A library that was opened before a fork reads and writes in the child and in the parent."""
        add_songs(library, *songs(2))

        def child() -> tuple[int, int]:
            before = library.songs.count_songs()
            library.songs.create_or_update_song("child", "Child", "x")
            return before, library.songs.count_songs()

        assert forked(child) == (2, 3)
        add_songs(library, song("parent"))
        shared = Capability.MULTI_PROCESS in library.store.info.capabilities
        assert other.songs.count_songs() == (4 if shared else 3)

    @rule("C-15")
    def test_a_fork_inside_a_transaction(self, library: Library, other: Library) -> None:
        """A transaction that was open at a fork is `WrongThread` in the child, and goes on in the parent."""

        def child() -> str:
            with pytest.raises(WrongThread):
                tx.songs.get_songs()
            with pytest.raises(WrongThread):
                block.__exit__(None, None, None)
            return f"{library.songs.count_songs()} songs"

        block = library.transaction()
        tx = block.__enter__()
        tx.songs.create_or_update_song("a", "A", "x")
        assert forked(child) == "0 songs"
        tx.songs.create_or_update_song("b", "B", "x")
        block.__exit__(None, None, None)
        assert titles(other) == ["A", "B"]

    @rule("C-16")
    def test_a_fork_inside_a_reader(self, library: Library, other: Library) -> None:
        """A reader that was open at a fork keeps its snapshot in the parent, whatever the child does and ends."""
        add_songs(library, song("a"))
        with library.transaction(read_only=True) as tx:
            assert tx.songs.count_songs() == 1
            forked(library.close)
            add_songs(other, song("b"))
            assert tx.songs.count_songs() == 1

    @rule("C-17")
    def test_a_fork_beside_a_writing_thread(self, library: Library) -> None:
        """A fork while another thread writes leaves the child a library that it can use."""
        entered, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            with library.transaction() as tx:
                tx.songs.create_or_update_song("held", "Held", "x")
                entered.set()
                go_on.wait(30)

        holder = threading.Thread(target=hold)
        holder.start()
        entered.wait(30)
        try:
            assert forked(lambda: (library.songs.count_songs(), os.getpid() > 0)) == (0, True)
        finally:
            go_on.set()
            holder.join(30)
        assert titles(library) == ["Held"]

    @rule("C-19")
    def test_nothing_is_left_behind(self, library: Library) -> None:
        """However a session ends, it gives back what it held: a hundred ends of each kind leave the store as fresh."""
        add_songs(library, *songs(5))
        for _ in range(100):
            for ending in ENDINGS:
                with suppress(ZeroDivisionError):
                    ending(library)
        with library.transaction(timeout=0):
            assert getattr(library.store, "sessions_open", 1) == 1

    @rule("C-18")
    def test_the_address_is_not_a_secret(self, library: Library, place: Place) -> None:
        """The repr of a library names its store, and never a password."""
        assert scheme_of(place.url) in repr(library)
        with nothing_changes(library):
            repr(library)
