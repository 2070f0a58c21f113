"""Changes of a queue that can be undone: each is kept as what it touched, before and after.

An edit's patch holds, for each entry that changed, its fields before and after (none before an addition, none after a
removal, and then its singers), and the singers held before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from karaoke_persist.contract import And, Compare, Eq, Order, Query
from karaoke_persist.models import QueueEdit, QueueEntry, QueueSinger
from karaoke_persist.operations.queue.room_queue import RoomQueue

KEPT: Final = 30
"""Edits of a room that can be undone."""
_NOT_KEPT: Final = ("id", "revision", "roomId")


class Draft:
    """An edit in the making: how everything that it touches stood before."""

    def __init__(self, queue: RoomQueue) -> None:
        self._queue = queue
        self._before: dict[str, QueueEntry | None] = {}
        self._singers: dict[str, list[QueueSinger]] = {}
        self._held = queue.room.held_singers

    def touches(self, entries: Iterable[QueueEntry]) -> None:
        """Entries that may change."""
        for entry in entries:
            self._before.setdefault(entry.id, entry)

    def adds(self, entry_id: str, singers: list[QueueSinger]) -> None:
        """An entry that is not there yet."""
        self._before[entry_id] = None
        self._singers[entry_id] = singers

    def removes(self, entries: list[QueueEntry]) -> None:
        """Entries that are still there."""
        self.touches(entries)
        self._singers |= self._queue.singers(entries)

    def keep(self, kind: str) -> bool:
        """Store the edit and raise the queue's `rev`; False if nothing changed after all."""
        self.touches(self._queue.list.spread)
        changes, held = self._changes(), self._queue.room.held_singers
        if not changes and held == self._held:
            return False
        rev = self._queue.list.rev + 1
        self._store(kind, {"entries": changes, "held": [self._held, held], "rev": rev})
        self._queue.changed()
        return True

    def _changes(self) -> list[dict[str, Any]]:
        after = self._queue.session.get_many(QueueEntry, self._before)
        return [
            self._change(key, before, after.get(key))
            for key, before in self._before.items()
            if image(before) != image(after.get(key))
        ]

    def _change(self, key: str, before: QueueEntry | None, after: QueueEntry | None) -> dict[str, Any]:
        revision = 0 if after is None else after.revision
        change: dict[str, Any] = {"id": key, "before": image(before), "after": image(after), "revision": revision}
        if before is None or after is None:
            change["singers"] = singers_image(self._singers[key])
        return change

    def _store(self, kind: str, patch: dict[str, Any]) -> None:
        """Behind the last edit; what was undone cannot be done again after this, and the oldest goes."""
        session, room_id = self._queue.session, self._queue.room.id
        session.delete_where(Query(QueueEdit, And(Eq("room_id", room_id), Eq("undone", True))))
        last = Query(QueueEdit, Eq("room_id", room_id), Order("number", descending=True), limit=1)
        number = next((found for (found,) in session.rows(last, ("number",))), 0) + 1
        oldest = And(Eq("room_id", room_id), Compare("number", "<=", number - KEPT))
        session.delete_where(Query(QueueEdit, oldest))
        session.insert(QueueEdit(id=session.context.new_id(), room_id=room_id, number=number, kind=kind, patch=patch))


@contextmanager
def edit(queue: RoomQueue, kind: str) -> Iterator[Draft]:
    """Make one edit of what the block changes and says that it touches; if nothing changes, there is none."""
    draft = Draft(queue)
    yield draft
    draft.keep(kind)


def image(entry: QueueEntry | None) -> dict[str, Any] | None:
    """An entry as an edit keeps it."""
    if entry is None:
        return None
    return {name: value for name, value in entry.to_dict().items() if name not in _NOT_KEPT}


def singers_image(singers: Iterable[QueueSinger]) -> list[list[str]]:
    """Its singers: under which name, and who it is."""
    return [[each.name, each.singer] for each in singers]
