"""K: rooms, and what may come into their queues."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from karaoke_persist import (
    AlreadyExists,
    IllegalState,
    InvalidValue,
    Library,
    NotFound,
    QuotaExceeded,
    ReferenceMissing,
    Singer,
    StaleWrite,
)
from karaoke_persist.models import User
from karaoke_persist.testing.evenings import SetClock
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, contents, nothing_changes, stored
from karaoke_persist.testing.queues import MINUTE, on_stage, queued, rev, standing, with_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song


class RoomRules(Conformance):
    """Rooms."""

    @rule("K-01")
    def test_the_main_room(self, library: Library, other: Library) -> None:
        """The main room is there as soon as it is used; until then it is None, and its queue is empty."""
        assert (library.queue.get_room(), library.queue.rooms(), library.queue.entries()) == (None, [], [])
        assert (library.queue.view().rev, library.queue.arrange().order) == (0, ())
        with_songs(library).queue.add("s0", singer="Ana")
        assert [room.id for room in other.queue.rooms()] == ["main"]

    @rule("K-02")
    def test_opening_and_closing(self, library: Library, other: Library) -> None:
        """A room is opened with settings, closed, and opened again; rooms come by name, each with its own queue."""
        with_songs(library)
        bar = library.queue.open_room("bar", name="The Bar", max_waiting=2)
        assert bar == other.queue.get_room("bar")
        assert (bar.name, bar.max_waiting, bar.is_open) == ("The Bar", 2, True)
        library.queue.open_room("attic")
        library.queue.add("s0", singer="Ana", room="bar")
        assert [room.name for room in other.queue.rooms()] == ["attic", "The Bar"]
        assert [len(other.queue.entries(room)) for room in ("bar", "attic", "main")] == [1, 0, 0]
        assert library.queue.close_room("bar").is_open is False
        assert library.queue.open_room("bar", auto=True) == other.queue.get_room("bar")
        assert (library.queue.update_room("bar", max_waiting=None).max_waiting, len(other.queue.entries("bar"))) == (
            None,
            1,
        )

    @rule("K-03")
    def test_settings_that_do_not_fit(self, library: Library, other: Library) -> None:
        """What is no setting, a negative quota, an unknown policy and a stale revision are refused; nothing changes."""
        library.queue.open_room("bar")
        wrong: list[dict[str, Any]] = [
            {"queue_rev": 1},
            {"playing_entry": "x"},
            {"is_open": False},
            {"max_waiting": -1},
            {"max_per_night": "two"},
            {"policy": "loudest"},
            {"when_sung": "shout"},
        ]
        with nothing_changes(other):
            for settings in wrong:
                with pytest.raises(InvalidValue):
                    library.queue.update_room("bar", **settings)
                with pytest.raises(InvalidValue):
                    library.queue.open_room("new", **settings)
            with pytest.raises(StaleWrite):
                library.queue.update_room("bar", expect=7, auto=True)

    @rule("K-04")
    def test_rooms_that_are_not_there(self, library: Library, other: Library) -> None:
        """A room that was not opened has an empty queue, and changing it is `NotFound`."""
        with_songs(library)
        assert (library.queue.get_room("x"), library.queue.entries("x")) == (None, [])
        with nothing_changes(other):
            for call in (library.queue.close_room, library.queue.play_next, library.queue.clear, library.queue.undo):
                with pytest.raises(NotFound):
                    call("x")
            with pytest.raises(NotFound):
                library.queue.add("s0", singer="Ana", room="x", force=True)

    @rule("K-05")
    def test_a_closed_room(self, library: Library, other: Library) -> None:
        """A closed room takes entries from the host alone; what is queued is played."""
        queued(library, "a1")
        library.queue.close_room()
        with nothing_changes(other), pytest.raises(IllegalState):
            library.queue.add("a1", singer="b")
        assert library.queue.add("a1", singer="b", force=True).position == 2
        assert library.queue.play_next() is not None


class AddingRules(Conformance):
    """Adding entries."""

    @rule("K-06")
    def test_appending_to_a_queue(self, library: Library, other: Library) -> None:
        """An entry is added behind all others, and answered as it is stored, with its position."""
        with_songs(library)
        for number in range(4):
            added = library.queue.add(f"s{number}", singer="Ana", note="loud", added_by="host", key_shift=-2, tempo=90)
            assert (added.position, added.warnings) == (number + 1, ())
            stored_item = other.queue.entries()[number]
            assert stored_item.id == added.entry.id
            assert (stored_item.title, stored_item.singers) == (f"Song {number}", (Singer("Ana"),))
            assert (stored_item.key_shift, stored_item.tempo, stored_item.note) == (-2, 90, "loud")

    @rule("K-07")
    def test_adding_twice(self, library: Library, other: Library) -> None:
        """Adding under an id that is there answers that entry, also when it was played, and changes nothing."""
        queued(library, *"abcdefg", singer="x")
        library.queue.update_room(max_waiting=0, when_queued="refuse")
        library.queue.hold("b")
        for entry, skipped in (("c", False), ("d", False), ("e", True)):
            library.queue.play(entry, skipped=skipped)
        library.queue.close_room()
        states = {
            "a": ("waiting", 1),
            "b": ("held", 2),
            "c": ("completed", 0),
            "d": ("skipped", 0),
            "e": ("playing", 0),
        }
        for entry, (state, position) in states.items():
            with nothing_changes(other):
                again = library.queue.add("a", singer="x", entry_id=entry)
            assert (again.entry.id, again.entry.title, again.entry.singers) == (entry, f"Song {entry}", (Singer("x"),))
            assert (again.entry.state, again.position) == (state, position)

    @rule("K-08")
    def test_an_id_of_another_room(self, library: Library, other: Library) -> None:
        """An id that an entry of another room has is `AlreadyExists`."""
        queued(library, "a1")
        library.queue.open_room("bar")
        with nothing_changes(other), pytest.raises(AlreadyExists):
            library.queue.add("a1", singer="a", entry_id="a1", room="bar")

    @rule("K-09")
    def test_singers(self, library: Library, other: Library) -> None:
        """One to eight sing an entry, in the order they were named; "Ana & Bob" is one singer of that name."""
        stored(with_songs(library), User(id="u", username="Ute", username_key="ute"))
        library.queue.add("s0", singers=["Bob", ("Ute", "u"), "Ana & Bob", *"defgh"])
        library.queue.add("s1", singer=("Ute", "u"))
        first, second = other.queue.entries()
        assert first.singers == (Singer("Bob"), Singer("Ute", "u"), Singer("Ana & Bob"), *map(Singer, "defgh"))
        assert second.singers == (Singer("Ute", "u"),)
        library.queue.hold_singer("Ana")
        assert [item.state for item in other.queue.entries()] == ["waiting", "waiting"]

    @rule("K-10")
    def test_singers_that_do_not_fit(self, library: Library, other: Library) -> None:
        """None, nine, an empty name, the same one twice and a user who is not there are refused."""
        with_songs(library)
        wrong: list[dict[str, Any]] = [
            {},
            {"singers": []},
            {"singers": list("abcdefghi")},
            {"singers": "Ana"},
            {"singer": " "},
            {"singer": 7},
            {"singer": ("Ana", 7)},
            {"singers": ["Ana", "Björk", "ANA"]},
            {"singers": ["Ana"], "singer": "Ana"},
        ]
        with nothing_changes(other):
            for singers in wrong:
                with pytest.raises(InvalidValue):
                    library.queue.add("s0", **singers)
            with pytest.raises(ReferenceMissing):
                library.queue.add("s0", singer=("Ana", "nobody"))

    @rule("K-11")
    def test_placing(self, library: Library, other: Library) -> None:
        """An entry is added in front of another, behind another, or at a position of a queue that has not changed."""
        queued(library, "a1", "b1")
        assert library.queue.add("a1", singer="c", entry_id="c1", before="b1").position == 2
        assert library.queue.add("a1", singer="d", entry_id="d1", after="c1").position == 3
        assert library.queue.add("a1", singer="e", entry_id="e1", position=1, expect=rev(other)).position == 1
        assert library.queue.add("a1", singer="f", entry_id="f1", position=6, expect=rev(other)).position == 6
        assert standing(other) == ["e1", "a1", "c1", "d1", "b1", "f1"]

    @rule("K-12")
    def test_places_that_do_not_fit(self, library: Library, other: Library) -> None:
        """Two places, a position of no `rev`, out of range or stale, and a neighbour that does not wait are refused."""
        queued(library, "a1", "b1")
        library.queue.play("a1")
        now = rev(library)
        wrong: list[tuple[type[Exception], dict[str, Any]]] = [
            (InvalidValue, {"before": "b1", "after": "b1"}),
            (InvalidValue, {"position": 1}),
            (InvalidValue, {"position": 0, "expect": now}),
            (InvalidValue, {"position": 3, "expect": now}),
            (InvalidValue, {"position": "1", "expect": now}),
            (StaleWrite, {"position": 1, "expect": now - 1}),
            (NotFound, {"before": "x"}),
            (IllegalState, {"after": "a1"}),
        ]
        with nothing_changes(other):
            for error, place in wrong:
                with pytest.raises(error):
                    library.queue.add("b1", singer="c", **place)

    @rule("K-13")
    def test_key_and_tempo(self, library: Library, other: Library) -> None:
        """Key and tempo are those of the singer's last performance of the song, unless they are given."""
        with_songs(library)
        for shift, tempo in ((1, 110), (-3, 90)):
            library.queue.add("s0", singer="Ana", key_shift=shift, tempo=tempo)
            library.queue.play_next()
        library.queue.add("s0", singers=["Bob", "ANA"], entry_id="as before")
        library.queue.add("s0", singer="Ana", key_shift=0, entry_id="given")
        library.queue.add("s1", singer="Ana", entry_id="another song")
        library.queue.add("s0", singer="Bob", entry_id="another singer")
        found = {item.id: (item.key_shift, item.tempo) for item in other.queue.entries()}
        assert [found[each] for each in ("as before", "given", "another song", "another singer")] == [
            (-3, 90),
            (0, 90),
            (0, 100),
            (0, 100),
        ]

    @rule("K-14")
    def test_changing_an_entry(self, library: Library, other: Library) -> None:
        """Key, tempo and note of an entry can be changed while it waits, and nothing else."""
        queued(library, "a1", "b1")
        library.queue.update_entry("a1", key_shift=3, tempo=80, note="soft")
        library.queue.update_entry("a1", note=None)
        changed = other.queue.entries()[0]
        assert (changed.key_shift, changed.tempo, changed.note) == (3, 80, None)
        library.queue.play("a1")
        with nothing_changes(other):
            for wrong in ({"tempo": 0}, {"key_shift": "up"}, {"state": "held"}):
                with pytest.raises(InvalidValue):
                    library.queue.update_entry("b1", **wrong)
            with pytest.raises(InvalidValue):
                library.queue.add("b1", singer="b", tempo=-1)
            with pytest.raises(IllegalState):
                library.queue.update_entry("a1", key_shift=1)

    @rule("K-15")
    def test_a_refusal_within_a_transaction(self, library: Library, other: Library) -> None:
        """Within a transaction a refused addition leaves nothing behind, not even its room, and the rest goes on."""
        with_songs(library)
        before = contents(library)
        with library.transaction() as tx:
            with pytest.raises(NotFound):
                tx.queue.add("no song", singer="Ana")
            with pytest.raises(ReferenceMissing):
                tx.queue.add("s0", singer=("Ana", "nobody"))
            assert tx.queue.get_room() is None
        assert contents(other) == before


class AdmissionRules(Conformance):
    """What a room takes from a guest."""

    @rule("K-16")
    def test_repeats(self, library: Library, other: Library) -> None:
        """A song that is queued already, or was sung tonight, is allowed, warned of or refused, as the room says."""
        queued(library, "a1", "b1")
        library.queue.play("b1")
        assert library.queue.add("a1", singer="c").warnings == ("already queued",)
        library.queue.complete()
        assert library.queue.add("b1", singer="d", entry_id="d1").warnings == ()
        library.queue.remove("d1")
        library.queue.update_room(when_queued="allow", when_sung="warn")
        assert library.queue.add("a1", singer="e").warnings == ()
        assert library.queue.add("b1", singer="f", entry_id="f1").warnings == ("sung tonight",)
        library.queue.update_room(when_queued="refuse", when_sung="refuse")
        with nothing_changes(other), pytest.raises(IllegalState):
            library.queue.add("a1", singer="g")
        library.queue.remove("f1")
        with nothing_changes(other), pytest.raises(IllegalState):
            library.queue.add("b1", singer="g")
        assert library.queue.add("b1", singer="g", force=True).warnings == ("sung tonight",)

    @rule("K-17")
    def test_hidden_songs(self, library: Library, other: Library) -> None:
        """For a guest a hidden song is not there, like one that is not; a host may queue it."""
        add_songs(library, song("hidden", hidden=True))
        with nothing_changes(other):
            for missing in ("hidden", "nowhere"):
                with pytest.raises(NotFound) as caught:
                    library.queue.add(missing, singer="Ana")
                assert (caught.value.model, caught.value.key) == ("Song", missing)
            with pytest.raises(NotFound):
                library.queue.add("nowhere", singer="Ana", force=True)
        assert library.queue.add("hidden", singer="Ana", force=True).position == 1

    @rule("K-18")
    def test_songs_that_wait(self, library: Library, other: Library) -> None:
        """`max_waiting` counts what each singer has waiting, held and announced, in duets too; the refusal says why."""
        with_songs(library).queue.update_room(max_waiting=2)
        library.queue.add("s0", singers=["Ana", "Bob"], entry_id="duet")
        library.queue.add("s1", singer="Ana", entry_id="second")
        library.queue.hold("second")
        library.queue.lock_next()
        with nothing_changes(other):
            for who in (["Ana"], ["Cleo", "ana"]):
                with pytest.raises(QuotaExceeded) as caught:
                    library.queue.add("s2", singers=who)
                assert (caught.value.singer, caught.value.quota) == (who[-1], "max_waiting")
                assert (caught.value.limit, caught.value.found) == (2, 3)
        library.queue.open_room("bar")
        assert library.queue.add("s2", singer="Ana", room="bar").position == 1
        assert library.queue.add("s2", singer="Bob").position == 3
        assert library.queue.add("s2", singer="Ana", force=True).position == 4
        library.queue.play("duet")
        library.queue.remove("second")
        assert library.queue.add("s3", singer="Ana").position == 3

    @rule("K-19")
    def test_seconds_that_wait(self, library: Library, other: Library) -> None:
        """`max_waiting_seconds` sums what each singer has waiting; an unknown length is taken to be 240 seconds."""
        add_songs(library, song("minute", duration_ms=MINUTE), song("unknown"), song("bit", duration_ms=1))
        library.queue.update_room(max_waiting_seconds=300)
        library.queue.add("minute", singer="Ana")
        library.queue.add("unknown", singer="Ana")
        with nothing_changes(other), pytest.raises(QuotaExceeded) as caught:
            library.queue.add("bit", singer="Ana")
        assert (caught.value.quota, caught.value.limit, caught.value.found) == ("max_waiting_seconds", 300, 301)
        library.queue.play_next()
        assert library.queue.add("minute", singer="Ana").position == 2

    @rule("K-20")
    def test_songs_of_a_night(self, library: Library, other: Library) -> None:
        """`max_per_night` counts what a singer has sung and has on stage too, but nothing that was skipped."""
        with_songs(library).queue.update_room(max_per_night=3)
        for number in range(3):
            library.queue.add(f"s{number}", singer="Ana")
        for _ in range(2):
            library.queue.play_next()
        with nothing_changes(other), pytest.raises(QuotaExceeded) as caught:
            library.queue.add("s3", singer="Ana")
        assert (caught.value.quota, caught.value.found) == ("max_per_night", 4)
        library.queue.skip()
        assert on_stage(library) == []
        assert library.queue.add("s3", singer="Ana").position == 2

    @rule("K-21")
    def test_another_night(self, open_library: Opener) -> None:
        """What was sung before six hours of quiet belongs to another night, and counts no more."""
        clock = SetClock()
        library = with_songs(open_library(clock=clock))
        library.queue.update_room(max_per_night=1, when_sung="refuse")
        library.queue.add("s0", singer="Ana")
        library.queue.play_next()
        library.queue.complete()
        with pytest.raises(QuotaExceeded):
            library.queue.add("s1", singer="Ana")
        clock.pass_by(timedelta(hours=6, seconds=1))
        assert library.queue.add("s0", singer="Ana").warnings == ()
