"""Passing entries and singers over, without their losing their slots."""

from __future__ import annotations

from karaoke_persist.models import QueueEntry
from karaoke_persist.operations.base import Operations
from karaoke_persist.operations.queue.changing import change
from karaoke_persist.operations.queue.edits import edit
from karaoke_persist.operations.queue.room_queue import MAIN, queue_of, standing_entry
from karaoke_persist.operations.queue.singers import SingerLike, as_key
from karaoke_persist.session import Session


class HoldingOperations(Operations):
    """Holding and releasing."""

    @change
    def hold(self, entry_id: str) -> None:
        """Pass an entry over until it is released. It keeps its slot; if it was announced, it is not any more."""
        _set_state(self.session, entry_id, "hold", "held")

    @change
    def release(self, entry_id: str) -> None:
        """Let an entry wait again."""
        _set_state(self.session, entry_id, "release", "waiting")

    @change
    def hold_singer(self, singer: SingerLike, *, room: str = MAIN) -> None:
        """Pass over every entry that this singer takes part in, those to come among them."""
        key = as_key(singer)
        queue = queue_of(self.session, room)
        if key not in queue.room.held_singers:
            with edit(queue, "hold"):
                queue.patch_room(held_singers=(*queue.room.held_singers, key))

    @change
    def release_singer(self, singer: SingerLike, *, room: str = MAIN) -> None:
        """Let this singer's entries wait again, but for those that are held themselves."""
        key = as_key(singer)
        queue = queue_of(self.session, room)
        if key in queue.room.held_singers:
            with edit(queue, "release"):
                queue.patch_room(held_singers=tuple(each for each in queue.room.held_singers if each != key))


def _set_state(session: Session, entry_id: str, kind: str, state: str) -> None:
    queue, entry = standing_entry(session, entry_id, "be held" if state == "held" else "be released")
    with edit(queue, kind) as draft:
        draft.touches([entry])
        session.patch(QueueEntry, entry_id, {"state": state})
