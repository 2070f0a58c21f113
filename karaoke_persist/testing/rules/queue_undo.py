"""Z: undoing edits of a queue, and doing them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from karaoke_persist import IllegalState, Library, StaleWrite
from karaoke_persist.contract import Query
from karaoke_persist.models import QueueEntry, QueueSinger, SongRedirect, User
from karaoke_persist.models.singer import user_of
from karaoke_persist.testing.handles import Conformance, nothing_changes, probing, stored
from karaoke_persist.testing.queues import on_stage, one_change, queued, rev, standing, stored_ranks, with_songs
from karaoke_persist.testing.rule import rule

EDITS: dict[str, tuple[str, Callable[[Library], object]]] = {
    "add": ("add", lambda at: at.queue.add("a1", singers=["x", "y"], key_shift=2, before="b1")),
    "add in fair order": ("add", lambda at: [at.queue.update_room(auto=True), at.queue.add("a1", singer="x")]),
    "move": ("move", lambda at: at.queue.move("a2", before="b1")),
    "hold": ("hold", lambda at: at.queue.hold("b1")),
    "release": ("release", lambda at: at.queue.release("c1")),
    "hold a singer": ("hold", lambda at: at.queue.hold_singer("b")),
    "release a singer": ("release", lambda at: at.queue.release_singer("d")),
    "reorder": ("reorder", lambda at: at.queue.reorder(["d1", "a1", "b1"], expect=rev(at), pin=False)),
    "apply": ("apply", lambda at: at.queue.apply(at.queue.arrange())),
    "update": ("update", lambda at: at.queue.update_entry("a1", note="loud", tempo=120)),
    "unpin": ("unpin", lambda at: at.queue.unpin("duet")),
    "remove": ("remove", lambda at: at.queue.remove("duet")),
    "clear": ("clear", lambda at: at.queue.clear()),
}


def a_queue(library: Library) -> None:
    """Entries of every kind, and no edits before them that a rule might undo by mistake."""
    queued(with_songs(library), "a1", "a2", "b1", "c1", "d1")
    library.queue.add("s0", singers=["a", "b"], entry_id="duet", tempo=80, note="slow", position=2, expect=rev(library))
    library.queue.hold("c1")
    library.queue.hold_singer("d")


def shown(library: Library) -> tuple[Any, Any]:
    """A queue as people see it, and its ranks."""
    room = library.queue.get_room()
    assert room is not None
    return (library.queue.entries(), room.held_singers), stored_ranks(library)


class UndoRules(Conformance):
    """Undo and redo."""

    @rule("Z-01")
    def test_every_edit(self, library: Library, other: Library) -> None:
        """Every edit is undone so that all is as it was, and done again so that all is as it made it; each counts."""
        a_queue(library)
        for kind, edit in EDITS.values():
            before = shown(other)
            edit(library)
            after = shown(other)
            for _ in range(2):
                with one_change(library):
                    assert library.queue.undo() == kind
                assert shown(other) == before
                with one_change(library):
                    assert other.queue.redo() == kind
                assert shown(other) == after
            library.queue.undo()
            library.queue.update_room(auto=False)

    @rule("Z-02")
    def test_a_whole_evening(self, library: Library, other: Library) -> None:
        """Edits are undone one after the other, the last first, and done again in their order."""
        a_queue(library)
        seen = [shown(other)]
        for _, edit in EDITS.values():
            edit(library)
            if (now := shown(other)) != seen[-1]:
                seen.append(now)
        assert len(seen) > 10
        for expected in reversed(seen[:-1]):
            library.queue.undo()
            assert shown(other) == expected
        for expected in seen[1:]:
            library.queue.redo()
            assert shown(other) == expected
        assert library.queue.redo() is None

    @rule("Z-03")
    def test_what_was_played_since(self, library: Library, other: Library) -> None:
        """What an edit touched and was played since is not touched again: `StaleWrite`, and nothing changes."""
        queued(library, "a1", "b1", "c1")
        library.queue.reorder(["b1", "a1", "c1"], expect=rev(library))
        library.queue.play("b1")
        with nothing_changes(other), pytest.raises(StaleWrite) as caught:
            library.queue.undo()
        assert caught.value.key == "b1"
        library.queue.complete()
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.queue.undo()
        library.queue.remove("c1")
        assert (library.queue.undo(), standing(other)) == ("remove", ["a1", "c1"])

    @rule("Z-04")
    def test_playing_is_not_undone(self, library: Library, other: Library) -> None:
        """Undo passes over playing: it undoes the edit before, and what is on stage stays there."""
        queued(library, "a1", "b1", "c1")
        library.queue.hold("c1")
        library.queue.play("a1")
        assert (library.queue.undo(), on_stage(other)) == ("hold", ["a1"])
        assert [item.state for item in other.queue.entries()] == ["playing", "waiting", "waiting"]

    @rule("Z-05")
    def test_an_id_that_was_used_again(self, library: Library, other: Library) -> None:
        """A removed entry whose id was used again, and was played even, is not restored: `StaleWrite`."""
        queued(library, "a1")
        library.queue.remove("a1")
        library.queue.open_room("bar")
        library.queue.add("a1", singer="a", entry_id="a1", room="bar")
        for use in (library.queue.hold, library.queue.release, library.queue.play):
            use("a1")
            with nothing_changes(other), pytest.raises(StaleWrite):
                library.queue.undo()
        library.queue.complete("bar")
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.queue.undo()

    @rule("Z-06")
    def test_what_has_changed_since(self, library: Library, other: Library) -> None:
        """A row that has changed in another way since is not touched: `StaleWrite`, and nothing changes."""
        queued(with_songs(library), "a1", "b1")
        library.queue.move("b1", before="a1")
        with probing(library) as probe:
            probe.patch(QueueEntry, "b1", {"note": "by another hand"})
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.queue.undo()

    @rule("Z-07")
    def test_a_new_edit(self, library: Library, other: Library) -> None:
        """After a new edit what was undone before cannot be done again."""
        queued(library, "a1", "b1", "c1")
        library.queue.remove("b1")
        library.queue.undo()
        library.queue.move("c1", before="a1")
        with nothing_changes(other):
            assert library.queue.redo() is None
        assert (library.queue.undo(), standing(other)) == ("move", ["a1", "b1", "c1"])

    @rule("Z-08")
    def test_the_last_thirty(self, library: Library, other: Library) -> None:
        """Of a room the last 30 edits can be undone."""
        queued(library, "a1", "b1")
        for _ in range(16):
            library.queue.hold("a1")
            library.queue.release("a1")
        undone = 0
        while library.queue.undo() is not None:
            undone += 1
        assert undone == 30
        with nothing_changes(other):
            assert library.queue.undo() is None

    @rule("Z-13")
    def test_undone_edits_take_no_room(self, library: Library) -> None:
        """An edit that was undone and then forgotten is not among the last 30: what came before it can be undone."""
        queued(library, "a1")
        for _ in range(29):
            library.queue.hold("a1")
            library.queue.undo()
        queued(library, "b1")
        assert [library.queue.undo() for _ in range(3)] == ["add", "add", None]

    @rule("Z-14")
    def test_other_singers(self, library: Library, other: Library) -> None:
        """An addition whose singers are others now is not undone: `StaleWrite`, of the queue that has moved on."""
        user = library.users.register("Anna")
        with_songs(library).queue.add("s0", singer=("Anna", user.id), entry_id="e")
        library.users.delete(user.id)
        with nothing_changes(other), pytest.raises(StaleWrite) as caught:
            library.queue.undo()
        assert caught.value.expected != caught.value.found

    @rule("Z-09")
    def test_each_room_for_itself(self, library: Library, other: Library) -> None:
        """Undo and redo are of one room, and leave the others alone."""
        queued(library, "a1")
        library.queue.open_room("bar")
        library.queue.add("a1", singer="b", entry_id="b1", room="bar")
        assert (library.queue.undo("bar"), standing(other, "bar"), standing(other)) == ("add", [], ["a1"])
        assert library.queue.undo("bar") is None

    @rule("Z-10")
    def test_a_song_that_is_gone(self, library: Library, other: Library) -> None:
        """An entry whose song is gone is not restored, `StaleWrite`; one whose song was merged is of the kept song."""
        queued(with_songs(library), "a1", "b1")
        library.queue.remove("b1")
        library.songs.delete_song("b1")
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.queue.undo()
        stored(library, SongRedirect(id="b1", song_id="s0"))
        assert library.queue.undo() == "remove"
        assert [item.song_id for item in other.queue.entries()] == ["a1", "s0"]

    @rule("Z-11")
    def test_a_user_who_is_gone(self, library: Library, other: Library) -> None:
        """A singer whose user was deleted since comes back by name."""
        stored(with_songs(library), User(id="u", username="Ute", username_key="ute"))
        library.queue.add("s0", singers=[("Ute", "u"), "Bob"])
        library.queue.clear()
        with probing(library) as probe:
            probe.delete(User, "u")
        library.queue.undo()
        assert other.queue.entries()[0].singers == (("Ute", None), ("Bob", None))

    @rule("Z-15")
    @pytest.mark.parametrize("into", ["name:bea", "user:bea"])
    def test_undo_after_singers_were_merged(self, library: Library, other: Library, into: str) -> None:
        """What was edited before singers were merged is undone and done again with the singer who stays, named once."""
        stored(with_songs(library), User(id="bea", username="Bea", username_key="bea"))
        bea = user_of(into)
        library.queue.add("s0", singers=["Cy", "Ana", ("Bea", bea)], entry_id="duet")
        library.queue.add("s1", singer="Ana", entry_id="solo")
        library.queue.hold_singer("Ana")
        library.queue.remove("duet")
        library.singers.merge_singers("name:ana", into)
        both, alone = (("Cy", None), ("Ana", bea)), (("Ana", bea),)
        assert library.queue.undo() == "remove"
        assert [item.singers for item in other.queue.entries()] == [both, alone]
        assert library.queue.undo() == "hold"
        assert [item.state for item in other.queue.entries()] == ["waiting", "waiting"]
        assert [library.queue.undo(), library.queue.undo(), standing(other)] == ["add", "add", []]
        assert [library.queue.redo() for _ in range(4)] == ["add", "add", "hold", "remove"]
        assert [(item.singers, item.state) for item in other.queue.entries()] == [(alone, "held")]
        with probing(other, read_only=True) as probe:
            assert {each.singer for each in probe.find(Query(QueueSinger))} == {into}

    @rule("Z-16")
    def test_a_claimed_guest(self, library: Library, other: Library) -> None:
        """What a guest was removed with comes back as the user's who claimed the guest."""
        guest, ana = library.users.register("Guest 7", guest=True), library.users.register("Ana")
        with_songs(library).queue.add("s0", singer=("Guest 7", guest.id), entry_id="e")
        library.queue.clear()
        library.singers.claim_guest(guest.id, ana.id)
        assert (library.queue.undo(), other.queue.entries()[0].singers) == ("clear", (("Guest 7", ana.id),))

    @rule("Z-17")
    def test_undo_after_songs_were_merged(self, library: Library, other: Library) -> None:
        """What was edited before songs were merged is undone and done again with the song that was kept."""
        queued(with_songs(library), "a1", "b1")
        library.queue.move("b1", before="a1")
        library.queue.remove("b1")
        library.versions.merge_songs("s0", ["b1"])
        library.versions.merge_songs("s1", ["s0"])
        assert (library.queue.undo(), library.queue.undo(), standing(other)) == ("remove", "move", ["a1", "b1"])
        assert [item.song_id for item in other.queue.entries()] == ["a1", "s1"]
        assert (library.queue.undo(), standing(other)) == ("add", ["a1"])
        assert [library.queue.redo() for _ in range(2)] == ["add", "move"]
        assert [item.song_id for item in other.queue.entries()] == ["s1", "a1"]

    @rule("Z-12")
    def test_undo_within_a_transaction(self, library: Library, other: Library) -> None:
        """Within a transaction an undo that is refused changes nothing, and the rest of it is kept."""
        queued(library, "a1", "b1", "c1")
        library.queue.play("c1")
        with library.transaction() as tx:
            with pytest.raises(StaleWrite):
                tx.queue.undo()
            with pytest.raises(IllegalState):
                tx.queue.remove("c1")
            tx.queue.remove("b1")
        assert (standing(other), other.queue.undo()) == (["a1"], "remove")
