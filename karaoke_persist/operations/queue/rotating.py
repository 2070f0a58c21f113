"""Fair order: what a rotation policy makes of a queue, as a plan, and the plan carried out."""

from __future__ import annotations

from collections.abc import Sequence

from karaoke_persist.contract.rotation import Placed, Rotation, RotationEntry
from karaoke_persist.models import QueueEntry, QueueSinger, Room
from karaoke_persist.models.rank import LONGEST
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.ordered_list import whole_order
from karaoke_persist.operations.performances import turns_tonight
from karaoke_persist.operations.queue.answers import QueuePlan
from karaoke_persist.operations.queue.changing import change
from karaoke_persist.operations.queue.edits import edit
from karaoke_persist.operations.queue.least_moves import least_moves
from karaoke_persist.operations.queue.room_queue import MAIN, RoomQueue, queue_of
from karaoke_persist.operations.rotation import arranged


class RotatingOperations(Operations):
    """Arranging a queue by a policy."""

    @operation("read")
    def arrange(self, policy: str | None = None, *, room: str = MAIN) -> QueuePlan:
        """What a policy, that of the room if none is named, would make of the queue; nothing is changed.

        Held, pinned and announced entries stay where they are, the others fill in around them.
        """
        found = self.session.get(Room, room)
        queue = RoomQueue(self.session, Room(id=room, name=room) if found is None else found)
        name = queue.room.policy if policy is None else policy
        return QueuePlan(room, queue.room.queue_rev, name, tuple(_arranged(queue, name, queue.standing())))

    @change
    def apply(self, plan: QueuePlan) -> int:
        """Carry out a plan; how many entries moved. A queue that has changed since it was made is `StaleWrite`."""
        queue = queue_of(self.session, plan.room_id)
        queue.list.expect(plan.rev)
        with edit(queue, "apply") as draft:
            moved = _apply(queue, plan.order, queue.standing())
            draft.touches(moved)
        return len(moved)


def rotate_if_auto(queue: RoomQueue) -> list[QueueEntry]:
    """Apply the room's policy, if it is to be applied by itself; the entries that moved, as they were."""
    if not queue.room.auto:
        return []
    entries = queue.standing()
    return _apply(queue, _arranged(queue, queue.room.policy, entries), entries)


def _apply(queue: RoomQueue, order: Sequence[Placed], entries: list[QueueEntry]) -> list[QueueEntry]:
    """Put the entries in order; those that moved, as they were."""
    by_id = {entry.id: entry for entry in entries}
    ids = whole_order([each.id for each in order], entries)
    ranks = least_moves(ids, {entry.id: entry.rank for entry in entries}, _other_ranks(queue))
    if max(map(len, ranks.values()), default=0) > LONGEST:
        return queue.list.replace_order(ids, entries)
    queue.session.upsert([by_id[key].replaced({"rank": rank}) for key, rank in ranks.items()])
    return [by_id[key] for key in ranks]


def _other_ranks(queue: RoomQueue) -> list[str]:
    """The ranks that are taken by what is on stage."""
    playing = queue.room.playing_entry
    entry = None if playing is None else queue.session.get(QueueEntry, playing)
    return [] if entry is None else [entry.rank]


def _arranged(queue: RoomQueue, policy: str, entries: list[QueueEntry]) -> list[Placed]:
    singers = queue.singers(entries)
    fixed = _fixed(queue, entries, singers)
    kept = {placed.id for placed in fixed.values()}
    rotation = Rotation(
        entries=tuple(_entry(each, singers) for each in entries if each.id not in kept),
        turns=tuple(turns_tonight(queue.session, queue.room.id)),
        playing=_on_stage(queue),
        locked=next((_entry(each, singers) for each in entries if each.id == queue.room.locked_entry), None),
    )
    return arranged(policy, rotation, fixed, queue.session.context.policies)


def _fixed(queue: RoomQueue, entries: list[QueueEntry], singers: dict[str, list[QueueSinger]]) -> dict[int, Placed]:
    """The entries that keep their slots, and the announced one in the first slot that none of them has."""
    fixed: dict[int, Placed] = {}
    for slot, entry in enumerate(entries):
        if entry.id == queue.room.locked_entry:
            continue
        if queue.is_held(entry, singers[entry.id]):
            fixed[slot] = Placed(entry.id, "held, and keeps its slot")
        elif entry.pinned:
            fixed[slot] = Placed(entry.id, "pinned to its slot by the host")
    if any(entry.id == queue.room.locked_entry for entry in entries):
        free = next(slot for slot in range(len(entries)) if slot not in fixed)
        fixed[free] = Placed(queue.room.locked_entry or "", "announced as the next")
    return fixed


def _entry(entry: QueueEntry, singers: dict[str, list[QueueSinger]]) -> RotationEntry:
    return RotationEntry(entry.id, tuple(each.singer for each in singers[entry.id]))


def _on_stage(queue: RoomQueue) -> RotationEntry | None:
    playing = queue.room.playing_entry
    entry = None if playing is None else queue.session.get(QueueEntry, playing)
    return None if entry is None else _entry(entry, queue.singers([entry]))
