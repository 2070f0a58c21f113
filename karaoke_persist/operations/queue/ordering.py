"""The order of a queue in the host's hand: removing, moving, reordering, clearing."""

from __future__ import annotations

from collections.abc import Sequence

from karaoke_persist.contract import In, Query
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import QueueEntry
from karaoke_persist.operations.base import Operations
from karaoke_persist.operations.queue.changing import change
from karaoke_persist.operations.queue.edits import edit
from karaoke_persist.operations.queue.places import Place, rank_at
from karaoke_persist.operations.queue.room_queue import MAIN, RoomQueue, queue_of, standing_entry


class OrderingOperations(Operations):
    """Changing the order of a queue, and taking from it.

    A move pins what it moves to its slot: rotation fills in around it, until `unpin`. With `pin=False`, as for a guest
    who puts her own songs in another order, it does not.
    """

    @change
    def remove(self, entry_id: str) -> None:
        """Take an entry out of its queue. One that plays is completed or skipped instead: `IllegalState`."""
        queue, entry = standing_entry(self.session, entry_id, "be removed")
        _remove(queue, "remove", [entry])

    @change
    def clear(self, room: str = MAIN) -> int:
        """Take out every entry that waits or is held; their number. What plays goes on."""
        queue = queue_of(self.session, room)
        entries = queue.standing()
        _remove(queue, "clear", entries)
        return len(entries)

    @change
    def move(self, entry_id: str, *, before: str | None = None, after: str | None = None, pin: bool = True) -> int:
        """Move an entry in front of another, or behind it; its position. This always wins, whatever has changed."""
        if (before is None) == (after is None):
            raise InvalidValue("place", before, "name one entry to move to: before=… or after=…")
        return self._move(entry_id, Place(before, after), pin)

    @change
    def move_to(self, entry_id: str, position: int, *, expect: int, pin: bool = True) -> int:
        """Move an entry to a position, from 1 on, as the queue stood at this `rev`; `StaleWrite` at another."""
        return self._move(entry_id, Place(position=position, expect=expect), pin)

    @change
    def move_to_top(self, entry_id: str, *, pin: bool = True) -> int:
        """Move an entry to position 1. One that was announced as the next still comes before it."""
        return self._move(entry_id, None, pin)

    @change
    def reorder(self, ids: Sequence[str], *, expect: int, room: str = MAIN, pin: bool = True) -> int:
        """Let the named entries take, in this order, the slots that they hold now; how many moved.

        The others stay where they are. An entry that is named twice, plays, or is none of this queue's is
        `InvalidValue`; a queue that has moved on from the `rev` that is expected is `StaleWrite`.
        """
        queue = queue_of(self.session, room)
        queue.list.expect(expect)
        with edit(queue, "reorder") as draft:
            moved = queue.list.reorder(_checked(ids), queue.standing(), **({"pinned": True} if pin else {}))
            draft.touches(moved)
        return len(moved)

    @change
    def unpin(self, entry_id: str) -> None:
        """Let rotation move an entry again that a move has pinned."""
        queue, entry = standing_entry(self.session, entry_id, "be unpinned")
        with edit(queue, "unpin") as draft:
            draft.touches([entry])
            self.session.patch(QueueEntry, entry_id, {"pinned": False})

    def _move(self, entry_id: str, place: Place | None, pin: bool) -> int:
        """Move to a place, None being the top; the position. It writes one row, or none if nothing differs."""
        queue, entry = standing_entry(self.session, entry_id, "be moved")
        target = Place() if place is None else place
        target.check(queue)
        order = queue.order()
        rest = [each for each in order if each != entry_id]
        position = 1 if place is None else place.position_among(queue, rest)
        with edit(queue, "move") as draft:
            draft.touches([entry])
            stays = order.index(entry_id) + 1 == position
            rank = entry.rank if stays else rank_at(queue, position, rest)
            self.session.patch(QueueEntry, entry_id, {"rank": rank, "pinned": entry.pinned or pin})
        return position


def _remove(queue: RoomQueue, kind: str, entries: list[QueueEntry]) -> None:
    with edit(queue, kind) as draft:
        draft.removes(entries)
        queue.session.delete_where(Query(QueueEntry, In("id", tuple(entry.id for entry in entries))))


def _checked(ids: Sequence[str]) -> list[str]:
    if isinstance(ids, str) or not all(isinstance(each, str) for each in ids):
        raise InvalidValue("order", ids, "a list of entry ids is expected")
    return list(ids)
