"""K: the order of a queue in the host's hand, and passing over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from karaoke_persist import IllegalState, InvalidValue, Library, NotFound, StaleWrite, Transaction
from karaoke_persist.models import QueueEntry, QueueSinger, rank
from karaoke_persist.testing.handles import Conformance, Opener, nothing_changes, stored
from karaoke_persist.testing.listening import Recorder
from karaoke_persist.testing.queues import long_queue, one_change, queued, rev, standing, stored_ranks, with_songs
from karaoke_persist.testing.rule import rule

CHANGES: dict[str, Callable[[Transaction], object]] = {
    "add": lambda at: at.queue.add("a1", singer="x"),
    "add at a place": lambda at: at.queue.add("a1", singer="x", before="b1"),
    "add in fair order": lambda at: at.queue.add("a1", singer="x", room="fair"),
    "remove": lambda at: at.queue.remove("b1"),
    "move": lambda at: at.queue.move("c1", before="a1"),
    "move to": lambda at: at.queue.move_to("c1", 1, expect=rev(at)),
    "move to the top": lambda at: at.queue.move_to_top("c1"),
    "reorder": lambda at: at.queue.reorder(["c1", "a1"], expect=rev(at)),
    "update": lambda at: at.queue.update_entry("a1", note="x"),
    "unpin": lambda at: at.queue.unpin("d1"),
    "clear": lambda at: at.queue.clear(),
    "hold": lambda at: at.queue.hold("a1"),
    "release": lambda at: at.queue.release("e1"),
    "hold a singer": lambda at: at.queue.hold_singer("a"),
    "release a singer": lambda at: at.queue.release_singer("f"),
    "play": lambda at: at.queue.play("b1"),
    "play next": lambda at: at.queue.play_next(),
    "skip": lambda at: at.queue.skip(),
    "complete": lambda at: at.queue.complete(),
    "announce": lambda at: at.queue.lock_next(),
    "apply": lambda at: at.queue.apply(at.queue.arrange("round-robin")),
    "undo": lambda at: at.queue.undo(),
    "delete a song": lambda at: at.songs.delete_song("a1"),
}
SAME: dict[str, Callable[[Transaction], object]] = {
    "move where it is": lambda at: at.queue.move("d1", after="c1"),
    "hold what is held": lambda at: at.queue.hold("e1"),
    "hold a singer twice": lambda at: at.queue.hold_singer("F"),
    "release what waits": lambda at: at.queue.release("a1"),
    "release who waits": lambda at: at.queue.release_singer("a"),
    "reorder as it is": lambda at: at.queue.reorder(["a1", "b1"], expect=rev(at)),
    "unpin what is not": lambda at: at.queue.unpin("a1"),
    "play what plays": lambda at: at.queue.play("z1"),
    "add what is there": lambda at: at.queue.add("a1", singer="a", entry_id="a1"),
    "redo nothing": lambda at: at.queue.redo(),
    "delete a song that is not there": lambda at: at.songs.delete_song("nowhere"),
}


def a_night(library: Library) -> None:
    """One on stage, three that wait, one pinned, one held, and one whose singer is held."""
    queued(library, "z1", "a1", "a2", "b1", "c1", "d1", "e1", "f1")
    library.queue.play("z1")
    library.queue.move("d1", after="c1")
    library.queue.hold("e1")
    library.queue.hold_singer("f")
    library.queue.open_room("fair", auto=True)


def revs(tx: Transaction) -> list[int]:
    """How often the queue of each room has changed."""
    return [room.queue_rev for room in tx.queue.rooms()]


class MovingRules(Conformance):
    """Moves, removals and reorders."""

    @rule("K-22")
    def test_moving_beside_another(self, library: Library, other: Library) -> None:
        """A move in front of an entry or behind it needs no token and always wins; it answers the position."""
        queued(library, "a1", "b1", "c1", "d1")
        assert library.queue.move("d1", before="b1") == 2
        assert standing(other) == ["a1", "d1", "b1", "c1"]
        assert other.queue.move("a1", after="c1") == 4
        assert library.queue.move("b1", after="d1") == 2
        assert standing(other) == ["d1", "b1", "c1", "a1"]
        assert library.queue.move_to_top("a1") == 1
        assert standing(other) == ["a1", "d1", "b1", "c1"]

    @rule("K-23")
    def test_moving_to_a_position(self, library: Library, other: Library) -> None:
        """A move to a position is of the queue as it was read: at another `rev` it is `StaleWrite`."""
        queued(library, "a1", "b1", "c1")
        read = rev(library)
        assert library.queue.move_to("a1", 3, expect=read) == 3
        assert standing(other) == ["b1", "c1", "a1"]
        with nothing_changes(other), pytest.raises(StaleWrite) as caught:
            library.queue.move_to("a1", 1, expect=read)
        assert (caught.value.expected, caught.value.found) == (read, read + 1)
        assert library.queue.move_to("a1", 2, expect=read + 1) == 2
        assert standing(other) == ["b1", "a1", "c1"]

    @rule("K-24")
    def test_moves_that_do_not_fit(self, library: Library, other: Library) -> None:
        """Two neighbours or none, the entry itself, a position out of range, and one that plays are refused."""
        queued(library, "z1", "a1", "b1")
        library.queue.play("z1")
        move, now = library.queue.move, rev(library)
        wrong: list[tuple[type[Exception], Callable[[], object]]] = [
            (InvalidValue, lambda: move("a1")),
            (InvalidValue, lambda: move("a1", before="b1", after="b1")),
            (InvalidValue, lambda: move("a1", before="a1")),
            (InvalidValue, lambda: library.queue.move_to("a1", 3, expect=now)),
            (InvalidValue, lambda: library.queue.move_to("a1", True, expect=now)),
            (NotFound, lambda: move("x", before="a1")),
            (NotFound, lambda: move("a1", before="x")),
            (IllegalState, lambda: move("z1", before="a1")),
            (IllegalState, lambda: move("a1", before="z1")),
        ]
        with nothing_changes(other):
            for error, call in wrong:
                with pytest.raises(error):
                    call()

    @rule("K-25")
    def test_reordering(self, library: Library, other: Library) -> None:
        """The entries that are listed take, in this order, the slots that they hold; the others stay where they are."""
        queued(library, "a1", "b1", "c1", "d1", "e1")
        assert library.queue.reorder(["e1", "a1", "c1"], expect=rev(library)) == 3
        assert standing(other) == ["e1", "b1", "a1", "d1", "c1"]
        library.queue.reorder(["a1", "b1", "c1", "d1", "e1"], expect=rev(library))
        assert standing(other) == ["a1", "b1", "c1", "d1", "e1"]

    @rule("K-26")
    def test_reorders_that_do_not_fit(self, library: Library, other: Library) -> None:
        """An id that comes twice, is foreign or plays, no list at all, and a stale `rev`: an error, nothing changes."""
        queued(library, "z1", "a1", "b1", "c1")
        library.queue.play("z1")
        library.queue.open_room("bar")
        library.queue.add("a1", singer="a", entry_id="foreign", room="bar")
        wrong: list[Any] = [["a1", "a1"], ["b1", "foreign"], ["b1", "z1"], ["b1", "abc"], ["b1", 1], "a1"]
        with nothing_changes(other):
            for ids in wrong:
                with pytest.raises(InvalidValue):
                    library.queue.reorder(ids, expect=rev(library))
            with pytest.raises(StaleWrite):
                library.queue.reorder(["b1", "a1"], expect=rev(library) - 1)

    @rule("K-27")
    def test_removing(self, library: Library, other: Library) -> None:
        """An entry is removed from where it stands; one that plays is not, nor one that is not there."""
        queued(library, "z1", "a1", "b1", "c1")
        library.queue.play("z1")
        library.queue.remove("b1")
        assert standing(other) == ["a1", "c1"]
        with nothing_changes(other):
            with pytest.raises(NotFound):
                library.queue.remove("b1")
            with pytest.raises(IllegalState):
                library.queue.remove("z1")
        library.queue.hold("a1")
        assert library.queue.clear() == 2
        assert [item.id for item in other.queue.entries()] == ["z1"]
        assert library.queue.clear() == 0

    @rule("K-28")
    def test_each_change_counts_once(self, library: Library) -> None:
        """Every change raises the `rev` of its queue by exactly one, whatever it writes."""
        a_night(library)
        for name, change in CHANGES.items():
            with library.transaction() as tx:
                before = revs(tx)
                change(tx)
                risen = [after - earlier for after, earlier in zip(revs(tx), before, strict=True)]
                assert sorted(risen) == [0, 1], name
                tx.rollback()

    @rule("K-29")
    def test_no_change_does_not_count(self, library: Library, other: Library) -> None:
        """What leaves everything as it was raises no `rev` and writes nothing."""
        a_night(library)
        with nothing_changes(other), library.transaction() as tx:
            for name, call in SAME.items():
                before = revs(tx)
                call(tx)
                assert revs(tx) == before, name

    @rule("K-30")
    def test_writes_are_few(self, open_library: Opener) -> None:
        """At 1,000 entries, adding, moving, holding and playing write as many rows as at ten."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        written = {
            count: self._written(open_library(f"queue{count}", plugins=[recorder]), recorder, count)
            for count in (10, 1_000)
        }
        assert written[10] == written[1_000]
        assert all(rows <= 12 for rows in written[1_000])
        library.close()

    def _written(self, library: Library, recorder: Recorder, count: int) -> list[int]:
        long_queue(library, count)
        calls: list[Callable[[], object]] = [
            lambda: library.queue.add("s1", singer="new"),
            lambda: library.queue.move("e0007", before="e0002"),
            lambda: library.queue.move_to_top("e0008"),
            lambda: library.queue.hold("e0003"),
            lambda: library.queue.play_next(),
            lambda: library.queue.play_next(),
            lambda: library.queue.remove("e0005"),
        ]
        rows = []
        for call in calls:
            recorder.commits.clear()
            call()
            rows.append(len(recorder.changes))
        return rows

    @rule("K-31")
    def test_a_place_that_became_too_narrow(self, library: Library, other: Library) -> None:
        """Where a key would become too long, the whole list is spread in its order, which is undone with the move."""
        queued(library, "a1", "b1", "c1")
        low, high = "i" * 60, "i" * 60 + "0" * (rank.LONGEST - 61) + "1"
        entries = [("n1", low), ("n2", high)]
        stored(library, *(QueueEntry(id=key, room_id="main", rank=at, song_id="a1") for key, at in entries))
        stored(
            library, *(QueueSinger(id=key, entry_id=key, place=0, name=key, singer=f"name:{key}") for key, _ in entries)
        )
        before = (standing(other), stored_ranks(other))
        library.queue.move("a1", before="n2")
        order = standing(other)
        assert order.index("a1") == order.index("n1") + 1 == order.index("n2") - 1
        assert max(map(len, stored_ranks(other).values())) <= 8
        assert library.queue.undo() == "move"
        assert (standing(other), stored_ranks(other)) == before


class HoldingRules(Conformance):
    """Passing over."""

    @rule("K-32")
    def test_holding_an_entry(self, library: Library, other: Library) -> None:
        """A held entry keeps its slot and is passed over; released, it is the next again."""
        queued(library, "a1", "b1", "c1")
        with one_change(library):
            library.queue.hold("a1")
        assert [item.state for item in other.queue.entries()] == ["held", "waiting", "waiting"]
        played = library.queue.play_next()
        assert played is not None
        assert (played.id, standing(other)) == ("b1", ["a1", "c1"])
        library.queue.release("a1")
        played = library.queue.play_next()
        assert played is not None
        assert (played.id, standing(other)) == ("a1", ["c1"])

    @rule("K-33")
    def test_holding_a_singer(self, library: Library, other: Library) -> None:
        """A held singer's entries are passed over, duets and later ones too, and keep their slots."""
        queued(with_songs(library), "a1", "b1")
        library.queue.add("s0", singers=["b", "A"], entry_id="duet")
        with one_change(library):
            library.queue.hold_singer("a")
        library.queue.add("s1", singer="Á", entry_id="later")
        states = {item.id: item.state for item in other.queue.entries()}
        assert states == {"a1": "held", "b1": "waiting", "duet": "held", "later": "held"}
        played = library.queue.play_next()
        assert played is not None
        assert (played.id, library.queue.play_next()) == ("b1", None)
        library.queue.release_singer("A")
        assert standing(other) == ["a1", "duet", "later"]
        assert {item.state for item in other.queue.entries()} == {"waiting"}

    @rule("K-34")
    def test_what_cannot_be_held(self, library: Library, other: Library) -> None:
        """What plays cannot be held, what is held cannot play, and who is no entry or singer is refused."""
        queued(library, "z1", "a1", "b1")
        library.queue.play("z1")
        library.queue.hold("a1")
        library.queue.hold_singer("b")
        with nothing_changes(other):
            for entry in ("a1", "b1"):
                with pytest.raises(IllegalState):
                    library.queue.play(entry)
            with pytest.raises(IllegalState):
                library.queue.hold("z1")
            with pytest.raises(NotFound):
                library.queue.release("x")
            with pytest.raises(InvalidValue):
                library.queue.hold_singer("")
