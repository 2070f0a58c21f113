"""A: rotation through the store, on the queue of a room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from karaoke_persist import InvalidValue, Library, StaleWrite, hookimpl
from karaoke_persist.contract.rotation import Placed, Rotation, RotationPolicy
from karaoke_persist.testing.handles import Conformance, Opener, nothing_changes
from karaoke_persist.testing.listening import Recorder
from karaoke_persist.testing.queues import long_queue, on_stage, one_change, queued, rev, standing, with_songs
from karaoke_persist.testing.rule import rule


def planned(library: Library, policy: str | None = None) -> list[str]:
    """The order that a policy would give the queue."""
    return [placed.id for placed in library.queue.arrange(policy).order]


def applied(library: Library, policy: str | None = None) -> list[str]:
    """The order of the queue after a policy was applied."""
    library.queue.apply(library.queue.arrange(policy))
    return standing(library)


def sing(library: Library, *entries: str) -> None:
    """Entries that were added, played and completed."""
    for entry in entries:
        queued(library, entry)
        library.queue.play(entry)
    library.queue.complete()


class Backwards:
    """A plugin with a policy of its own."""

    @hookimpl
    def karaoke_rotation_policies(self) -> dict[str, RotationPolicy]:
        """Give the last come first."""
        return {"backwards": self.backwards}

    def backwards(self, rotation: Rotation) -> list[Placed]:
        """Give the last come first."""
        return [Placed(entry.id, "came last") for entry in reversed(rotation.entries)]


class RotationRules(Conformance):
    """Plans, and what they change."""

    @rule("A-01")
    def test_a_plan(self, library: Library, other: Library) -> None:
        """A plan says the order, a reason for each entry, and the `rev` it is of; it changes nothing."""
        queued(library, "a1", "a2", "b1")
        with nothing_changes(other):
            plan = library.queue.arrange()
        assert (plan.room_id, plan.policy, plan.rev) == ("main", "history-fair", rev(other))
        assert [placed.id for placed in plan.order] == ["a1", "b1", "a2"]
        assert all(placed.reason for placed in plan.order)

    @rule("A-02")
    def test_applying_a_plan(self, open_library: Opener) -> None:
        """Applying a plan writes the key of as few entries as can be, once, and says how many moved."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        queued(library, "a1", "a2", "a3", "a4", "b1")
        plan = library.queue.arrange()
        recorder.commits.clear()
        with one_change(library):
            assert library.queue.apply(plan) == 1
        assert standing(library) == ["a1", "b1", "a2", "a3", "a4"]
        assert [change.key for change in recorder.changes if change.model == "QueueEntry"] == ["b1"]
        before = rev(library)
        assert (library.queue.apply(library.queue.arrange()), rev(library)) == (0, before)

    @rule("A-03")
    def test_a_plan_of_another_queue(self, library: Library, other: Library) -> None:
        """A plan for a queue that has changed since is `StaleWrite`, and nothing changes."""
        queued(library, "a1", "a2", "b1")
        plan = library.queue.arrange()
        other.queue.hold("a2")
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.queue.apply(plan)

    @rule("A-14")
    def test_a_plan_that_does_not_fit(self, library: Library, other: Library) -> None:
        """A plan that names an entry twice, leaves one out, or names one of elsewhere is `InvalidValue`."""
        queued(library, "a1", "a2", "b1")
        plan = library.queue.arrange()
        for ids in (["b1", "a1"], ["b1", "b1", "a1", "a2"], ["b1", "nowhere", "a1", "a2"], ["a1", "a2", "a2"]):
            made = replace(plan, order=tuple(Placed(key, "by hand") for key in ids))
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.queue.apply(made)

    @rule("A-04")
    def test_one_singer_with_many_songs(self, library: Library) -> None:
        """Of one who sings and has four more, and two who come after, the two sing next; by round-robin as well."""
        queued(library, "a1", "a2", "a3", "a4", "a5", "b1", "c1")
        library.queue.play("a1")
        fair = ["b1", "c1", "a2", "a3", "a4", "a5"]
        assert (planned(library, "round-robin"), planned(library, "first-come")) == (fair, standing(library))
        assert applied(library) == fair

    @rule("A-05")
    def test_a_newcomer_at_midnight(self, library: Library) -> None:
        """One who comes when the others have sung four times sings first, and then waits for a turn of each."""
        sing(library, *(f"{name}{number}" for number in range(4) for name in "abc"))
        queued(library, "a9", "b9", "c9", "d1", "d2", "d3", "d4")
        assert applied(library) == ["d1", "a9", "b9", "c9", "d2", "d3", "d4"]

    @rule("A-06")
    def test_a_skip_is_no_turn(self, library: Library) -> None:
        """Who was skipped has not had a turn; who is on stage has."""
        queued(library, "a1", "b1", "a2", "b2")
        library.queue.play("a1")
        library.queue.play("b1", skipped=True)
        assert applied(library, "history-fair") == ["a2", "b2"]

    @rule("A-07")
    def test_duets_count_for_both(self, library: Library) -> None:
        """A duet is a turn of both its singers, and comes after neither's turn."""
        queued(with_songs(library), "a1", "b1", "c1")
        library.queue.add("s0", singers=["a", "b"], entry_id="duet")
        queued(library, "c2")
        assert planned(library) == ["a1", "b1", "c1", "duet", "c2"]
        library.queue.play("duet")
        assert applied(library) == ["c1", "a1", "b1", "c2"]

    @rule("A-08")
    def test_what_stays_in_its_slot(self, library: Library) -> None:
        """Held and moved entries keep their slots, the announced one comes first of the rest; the others fill in."""
        queued(library, "a1", "a2", "a3", "a4", "b1", "c1", "d1")
        library.queue.hold("a1")
        library.queue.hold_singer("d")
        library.queue.move("a4", after="a2")
        library.queue.lock_next()
        assert standing(library) == ["a1", "a2", "a4", "a3", "b1", "c1", "d1"]
        assert applied(library) == ["a1", "a2", "a4", "b1", "c1", "a3", "d1"]
        reasons = {placed.id: placed.reason for placed in library.queue.arrange().order}
        assert len({reasons[each] for each in ("a1", "a2", "a4", "b1")}) == 4
        library.queue.unpin("a4")
        assert applied(library) == ["a1", "a2", "b1", "c1", "a4", "a3", "d1"]

    @rule("A-09")
    def test_a_move_that_does_not_pin(self, library: Library) -> None:
        """A move pins the entry to its slot unless it is told not to; so do a reorder, and an addition at a place."""
        queued(library, "a1", "b1", "c1", "a2")
        library.queue.move("a2", before="b1", pin=False)
        library.queue.reorder(["c1", "b1"], expect=rev(library), pin=False)
        assert applied(library) == ["a1", "c1", "b1", "a2"]
        library.queue.move_to("a2", 2, expect=rev(library))
        library.queue.reorder(["b1", "c1"], expect=rev(library))
        library.queue.add("a1", singer="a", entry_id="a3", before="a1")
        assert [item.id for item in library.queue.entries() if item.pinned] == ["a3", "a2", "b1", "c1"]
        assert applied(library) == ["a3", "a1", "a2", "b1", "c1"]

    @rule("A-10")
    def test_a_room_that_arranges_itself(self, library: Library) -> None:
        """A room with `auto` applies its policy when an entry is added and when one plays, within the one change."""
        library.queue.update_room(auto=True)
        queued(library, "a1", "a2", "a3")
        with one_change(library):
            queued(library, "b1")
        assert standing(library) == ["a1", "b1", "a2", "a3"]
        with one_change(library):
            library.queue.play("a2")
        assert (on_stage(library), standing(library)) == (["a2"], ["b1", "a1", "a3"])
        library.queue.update_room(policy="first-come")
        queued(library, "c1")
        assert standing(library) == ["b1", "a1", "a3", "c1"]

    @rule("A-11")
    def test_an_announced_entry_stays_next(self, library: Library) -> None:
        """In a room that arranges itself nobody comes before the entry that was announced."""
        library.queue.update_room(auto=True)
        queued(library, "a1", "a2")
        library.queue.play("a1")
        library.queue.lock_next()
        queued(library, "b1")
        assert standing(library) == ["a2", "b1"]

    @rule("A-12")
    def test_policies_by_name(self, open_library: Opener, other: Library) -> None:
        """A room uses the policy of its name, also one of a plugin; an unknown name is refused."""
        library = open_library(plugins=[Backwards()])
        library.queue.update_room(policy="backwards", auto=True)
        queued(library, "a1", "b1", "c1")
        assert (standing(library), planned(library, "first-come")) == (["c1", "a1", "b1"], ["c1", "a1", "b1"])
        with nothing_changes(other), pytest.raises(InvalidValue):
            library.queue.arrange("loudest")

    @rule("A-13")
    def test_a_newcomer_costs_one_key(self, open_library: Opener) -> None:
        """In a room of 1,000 entries that arranges itself, a newcomer is put in front of many with one key written."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        long_queue(library)
        library.queue.update_room(auto=True)
        for name in ("singer of e0001", "singer of e0002", "new"):
            recorder.commits.clear()
            library.queue.add("s1", singer=name)
            assert len(recorder.changes) <= 5
        recorder.commits.clear()
        library.queue.play_next()
        assert len(recorder.changes) <= 7
