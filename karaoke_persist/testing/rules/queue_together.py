"""K: many hands on one queue, from threads and from processes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from karaoke_persist import Library
from karaoke_persist.contract import Capability
from karaoke_persist.testing.handles import Conformance, Place, contents, require
from karaoke_persist.testing.processes import in_processes
from karaoke_persist.testing.queue_workers import ENTRIES, add_and_play
from karaoke_persist.testing.queues import on_stage, queued, rev, standing, with_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.threads import together

THREADS = 8


class TogetherRules(Conformance):
    """What several do at the same time."""

    @rule("K-50")
    def test_adding_together(self, library: Library, other: Library) -> None:
        """Of entries that eight threads add none is lost, each thread's own order is kept, and positions are 1 to n."""
        with_songs(library)

        def adding(handle: Library, name: str) -> Callable[[], list[int]]:
            return lambda: [
                handle.queue.add("s0", singer=name, entry_id=f"{name}{number}").position for number in range(5)
            ]

        positions = together(
            *(adding(handle, name) for handle, name in zip([library, other] * 4, "abcdefgh", strict=True))
        )
        order = standing(other)
        assert sorted(chain.from_iterable(positions)) == list(range(1, 41))
        assert [each for each in order if each[0] == "c"] == [f"c{number}" for number in range(5)]
        assert rev(other) == 40

    @rule("K-51")
    def test_the_same_entry_together(self, library: Library, other: Library) -> None:
        """One entry that eight threads add under one id is added once, and each is answered that one."""
        with_songs(library)
        handles = [library, other] * 4
        added = together(
            *(lambda handle=handle: handle.queue.add("s0", singer="Ana", entry_id="a1") for handle in handles)
        )
        assert len({answer.entry.added_at for answer in added}) == 1
        assert (standing(other), rev(other)) == (["a1"], 1)

    @rule("K-52")
    def test_playing_together(self, library: Library, other: Library) -> None:
        """When eight threads play the next again and again, each entry is played once, and nobody waits any more."""
        queued(library, *(f"{name}{number}" for number in range(2) for name in "abcdefgh"))
        order = standing(library)

        def playing(handle: Library) -> Callable[[], list[str]]:
            return lambda: [each.id for each in (handle.queue.play_next() for _ in range(3)) if each is not None]

        played = together(*(playing(handle) for handle in [library, other] * 4))
        assert sorted(chain.from_iterable(played)) == sorted(order)
        assert (standing(other), on_stage(other)) == ([], [])

    @rule("K-53")
    def test_everything_together(self, library: Library, other: Library) -> None:
        """While some add, move, hold, play and undo, no entry is lost, doubled, or in the place of another."""
        queued(library, *(f"{name}1" for name in "abcdef"))

        def adding(handle: Library) -> None:
            for number in range(6):
                handle.queue.add("a1", singer="x", entry_id=f"x{number}")

        def moving(handle: Library) -> None:
            for _ in range(6):
                handle.queue.move_to_top("f1")
                handle.queue.move("f1", after="e1")

        def holding(handle: Library) -> None:
            for _ in range(6):
                handle.queue.hold("e1")
                handle.queue.release("e1")

        def playing(handle: Library) -> None:
            for entry in ("a1", "b1", "c1", "d1"):
                handle.queue.play(entry)

        works = (adding, moving, holding, playing)
        together(
            *(
                lambda work=work, handle=handle: work(handle)
                for work, handle in zip(works, [library, other] * 2, strict=True)
            )
        )
        assert sorted(standing(other)) == sorted(["e1", "f1", *(f"x{number}" for number in range(6))])
        assert on_stage(other) == ["d1"]

    @rule("K-54")
    def test_undoing_together(self, library: Library, other: Library) -> None:
        """When eight threads undo, each edit is undone once; when they redo, each is done once again."""
        queued(library, *(f"{name}1" for name in "abcdefgh"))
        before = standing(other)
        assert together(*(handle.queue.undo for handle in [library, other] * 4)) == ["add"] * 8
        assert (standing(other), library.queue.undo()) == ([], None)
        assert together(*(handle.queue.redo for handle in [library, other] * 4)) == ["add"] * 8
        assert (standing(other), library.queue.redo()) == (before, None)

    @rule("K-55")
    def test_from_processes(self, library: Library, place: Place) -> None:
        """Of what four processes add and play none is lost or played twice; what all add under one id is there once."""
        require(library, Capability.MULTI_PROCESS)
        with_songs(library)
        played = list(chain.from_iterable(in_processes(add_and_play, [(place, name) for name in "abcd"])))
        added = ["shared", *(f"{name}{number}" for name in "abcd" for number in range(ENTRIES))]
        assert sorted([*played, *standing(library)]) == sorted(added)
        assert set(on_stage(library)) <= set(played)
        assert rev(library) >= len(added) + len(played)

    @rule("K-56")
    def test_nothing_is_seen_before_the_commit(self, library: Library, other: Library) -> None:
        """What a transaction does with a queue others see when it is committed, and never if it is undone."""
        queued(library, "a1", "b1")
        before = contents(other)
        with library.transaction() as tx:
            tx.queue.move("b1", before="a1")
            tx.queue.play_next()
            assert [item.id for item in tx.queue.entries()] == ["b1", "a1"]
            assert contents(other) == before
            tx.rollback()
        assert contents(other) == before
