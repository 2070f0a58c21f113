"""K: the stage of a room, waiting times, and what becomes of the queue when a song goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from karaoke_persist import IllegalState, Library, NotFound, Transaction
from karaoke_persist.models import Performance
from karaoke_persist.testing.evenings import SetClock
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, nothing_changes, probing
from karaoke_persist.testing.queues import MINUTE, on_stage, one_change, queued, rev, standing, with_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song

UNLOCKING: dict[str, Callable[[Transaction], object]] = {
    "played": lambda at: at.queue.play_next(),
    "held": lambda at: at.queue.hold("a1"),
    "its singer held": lambda at: at.queue.hold_singer("a"),
    "removed": lambda at: at.queue.remove("a1"),
    "cleared": lambda at: at.queue.clear(),
    "its song deleted": lambda at: at.songs.delete_song("a1"),
    "its addition undone": lambda at: [at.queue.undo(), at.queue.undo()],
}


def performance(library: Library, entry_id: str) -> Performance:
    """The performance of an entry."""
    with probing(library, read_only=True) as probe:
        found = probe.get(Performance, entry_id)
    assert found is not None
    return found


class StageRules(Conformance):
    """Playing."""

    @rule("K-35")
    def test_playing_one_after_the_other(self, library: Library, other: Library) -> None:
        """The first that waits plays next; what played is completed, and its performance keeps the entry's id."""
        queued(library, "a1", "b1")
        with one_change(library):
            first = library.queue.play_next()
        assert first is not None
        assert (first.id, first.status, on_stage(other), standing(other)) == ("a1", "playing", ["a1"], ["b1"])
        with one_change(library):
            second = library.queue.play_next()
        assert second is not None
        assert (second.id, on_stage(other), standing(other)) == ("b1", ["b1"], [])
        assert (performance(other, "a1").status, performance(other, "b1").status) == ("completed", "playing")
        assert library.queue.play_next() is None
        assert (on_stage(other), performance(other, "b1").status) == ([], "completed")
        with nothing_changes(other):
            assert library.queue.play_next() is None

    @rule("K-36")
    def test_playing_what_plays(self, library: Library, other: Library) -> None:
        """Playing the entry that plays already changes nothing: a double tap neither ends nor deletes it."""
        queued(library, "a1", "b1")
        played = library.queue.play("a1")
        with nothing_changes(other):
            assert library.queue.play("a1") == played
        library.queue.remove("b1")
        assert on_stage(other) == ["a1"]

    @rule("K-37")
    def test_nobody_who_waits_is_lost(self, library: Library, other: Library) -> None:
        """However entries are played, ended and removed, those that wait stay, in their order."""
        queued(library, "a1", "b1", "c1", "d1")
        library.queue.play("c1")
        assert (on_stage(other), standing(other)) == (["c1"], ["a1", "b1", "d1"])
        library.queue.play("a1", skipped=True)
        assert (on_stage(other), standing(other)) == (["a1"], ["b1", "d1"])
        library.queue.complete()
        assert (on_stage(other), standing(other)) == ([], ["b1", "d1"])
        library.queue.play_next()
        library.queue.skip()
        assert (on_stage(other), standing(other)) == ([], ["d1"])
        statuses = {each: performance(other, each).status for each in ("a1", "b1", "c1")}
        assert statuses == {"a1": "completed", "b1": "skipped", "c1": "skipped"}

    @rule("K-38")
    def test_ending_a_certain_entry(self, library: Library, other: Library) -> None:
        """Told which entry to end, it ends no other that has followed; one that waits cannot end."""
        queued(library, "a1", "b1", "c1")
        library.queue.play_next()
        library.queue.play_next()
        with nothing_changes(other):
            ended = library.queue.complete(entry_id="a1")
            assert (ended and ended.status, library.queue.skip(entry_id="a1")) == ("completed", ended)
            with pytest.raises(IllegalState):
                library.queue.complete(entry_id="c1")
            with pytest.raises(NotFound):
                library.queue.skip(entry_id="x")
            with pytest.raises(NotFound):
                library.queue.play("a1")
        ended = library.queue.skip(entry_id="b1")
        assert ended is not None
        assert (ended.status, library.queue.complete()) == ("skipped", None)

    @rule("K-39")
    def test_announcing(self, library: Library, other: Library) -> None:
        """Who was announced as the next stays so, and plays next, also when another is moved in front."""
        queued(library, "a1", "b1", "c1")
        library.queue.hold("a1")
        with one_change(library):
            announced = library.queue.lock_next()
        assert announced is not None
        assert (announced.id, announced.locked, announced.position) == ("b1", True, 2)
        library.queue.release("a1")
        library.queue.move_to_top("c1")
        with nothing_changes(other):
            again = library.queue.lock_next()
        assert again is not None
        assert (again.id, again.position) == ("b1", 3)
        played = library.queue.play_next()
        assert played is not None
        assert (played.id, standing(other)) == ("b1", ["c1", "a1"])

    @rule("K-40")
    def test_an_announcement_ends(self, library: Library) -> None:
        """An announcement ends when its entry plays, is held or removed, in whichever way."""
        queued(library, "b1", "a1")
        library.queue.move_to_top("a1", pin=False)
        library.queue.lock_next()
        for name, end in UNLOCKING.items():
            with library.transaction() as tx:
                assert [item.id for item in tx.queue.entries() if item.locked] == ["a1"]
                end(tx)
                room = tx.queue.get_room()
                assert (room and room.locked_entry) is None, name
                tx.rollback()

    @rule("K-41")
    def test_nobody_to_announce(self, library: Library, other: Library) -> None:
        """Where nobody can come next, nobody is announced."""
        queued(library, "a1")
        library.queue.hold("a1")
        with nothing_changes(other):
            assert library.queue.lock_next() is None

    @rule("K-42")
    def test_waiting_times(self, open_library: Opener) -> None:
        """An entry waits for the rest of what plays and those before it, without the held ones, the announced first."""
        clock = SetClock()
        library = open_library(clock=clock)
        add_songs(
            library, *(song(f"s{minutes}", duration_ms=minutes * MINUTE) for minutes in (1, 2, 3)), song("unknown")
        )
        for entry, of in (("a", "s3"), ("b", "unknown"), ("c", "s1"), ("d", "s2"), ("e", "s1")):
            library.queue.add(of, singer=entry, entry_id=entry)
        assert waits(library) == {"a": 0, "b": 3, "c": 7, "d": 8, "e": 10}
        library.queue.play("a")
        library.queue.hold("c")
        clock.pass_by(timedelta(minutes=1))
        assert waits(library) == {"a": 0, "b": 2, "c": None, "d": 6, "e": 8}
        clock.pass_by(timedelta(minutes=5))
        library.queue.move("e", before="b")
        library.queue.hold("e")
        library.queue.lock_next()
        library.queue.release("e")
        assert waits(library) == {"a": 0, "b": 0, "c": None, "d": 5, "e": 4}

    @rule("K-43")
    def test_left_on_stage_by_a_crash(self, open_library: Opener) -> None:
        """What a crash has left on stage is abandoned by whatever ends it in another night, and never counted."""
        clock = SetClock()
        library = open_library(clock=clock)
        ends: dict[str, Callable[[], object]] = {
            "a1": library.queue.play_next,
            "b1": library.queue.complete,
            "c1": library.queue.skip,
        }
        for entry, end in ends.items():
            queued(library, entry)
            begun = library.queue.play(entry)
            clock.pass_by(timedelta(hours=7))
            end()
            left = performance(library, entry)
            assert (left.status, left.ended_at, on_stage(library)) == ("abandoned", begun.started_at, [])
            found = library.songs.get_song(entry)
            assert found is not None
            assert found.play_count == 0

    @rule("K-57")
    def test_abandoning(self, open_library: Opener, other: Library) -> None:
        """What a crash has left on stage is abandoned when the host says so: it ended at its start, uncounted."""
        clock = SetClock()
        library = open_library(clock=clock)
        queued(library, "a1", "b1")
        library.queue.open_room("bar")
        library.queue.add("a1", singer="c", entry_id="c1", room="bar")
        library.queue.play("c1")
        begun = library.queue.play("a1")
        clock.pass_by(timedelta(minutes=2))
        with one_change(library):
            left = library.queue.abandon()
        assert left == performance(other, "a1")
        assert (left and left.status, left and left.ended_at) == ("abandoned", begun.started_at)
        assert (on_stage(other), standing(other), on_stage(other, "bar")) == ([], ["b1"], ["c1"])
        found = other.songs.get_song("a1")
        assert (found and found.play_count, library.history.get_sung_tonight("main")) == (0, [])
        with nothing_changes(other):
            assert library.queue.abandon() is None
        turn = library.queue.play_next()
        assert (turn and turn.id, turn and turn.night_id) == ("b1", begun.night_id)

    @rule("K-58")
    def test_abandoned_is_no_turn(self, library: Library) -> None:
        """Whose song was abandoned has not had a turn, and may sing as many songs tonight as before."""
        library.queue.open_room("main", max_per_night=2)
        queued(library, "a1", "a2", "b1")
        library.queue.play("b1")
        library.queue.play("a1")
        library.queue.abandon()
        queued(library, "a3", "b2")
        assert [placed.id for placed in library.queue.arrange().order] == ["a2", "b2", "a3"]


class SongRemovalRules(Conformance):
    """Songs that go, or become one."""

    @rule("K-44")
    def test_deleting_a_song(self, library: Library, other: Library) -> None:
        """With a song the entries go that wait for it, in every room; while it plays it cannot be deleted."""
        queued(with_songs(library), "a1", "b1")
        library.queue.open_room("bar")
        library.queue.add("a1", singer="c", entry_id="c1", room="bar")
        library.queue.hold("a1")
        library.queue.play("b1")
        before = {room: rev(library, room) for room in ("main", "bar")}
        with nothing_changes(other), pytest.raises(IllegalState):
            library.songs.delete_song("b1")
        assert library.songs.delete_song("a1") is True
        assert (standing(other), standing(other, "bar"), on_stage(other)) == ([], [], ["b1"])
        assert {room: rev(library, room) - before[room] for room in before} == {"main": 1, "bar": 1}
        library.queue.complete()
        assert library.songs.delete_song("b1") is True

    @rule("K-45")
    def test_songs_that_become_one(self, library: Library, other: Library) -> None:
        """When songs become one, every entry of theirs stays, and is of the song that is kept, like those to come."""
        queued(with_songs(library), "a1", "b1", "c1")
        library.queue.play("b1")
        before = rev(library)
        library.versions.merge_songs("s0", ["a1", "b1"])
        assert {item.id: item.song_id for item in other.queue.entries()} == {"b1": "s0", "a1": "s0", "c1": "c1"}
        assert (standing(other), on_stage(other), rev(other)) == (["a1", "c1"], ["b1"], before + 1)
        assert library.queue.add("a1", singer="d").entry.song_id == "s0"


def waits(library: Library) -> dict[str, int | None]:
    """The minutes until each entry begins."""
    found = {item.id: item.wait_ms for item in library.queue.entries()}
    return {key: None if wait is None else wait // MINUTE for key, wait in found.items()}
