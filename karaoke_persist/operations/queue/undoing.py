"""Undoing edits of a queue, and doing them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from karaoke_persist.contract import And, Eq, In, Order, Query
from karaoke_persist.errors import StaleWrite
from karaoke_persist.models import Performance, QueueEdit, QueueEntry, QueueSinger, User, thaw
from karaoke_persist.models.singer import singer_key, user_of
from karaoke_persist.operations.base import Operations
from karaoke_persist.operations.queue.changing import change
from karaoke_persist.operations.queue.edits import image, singers_image
from karaoke_persist.operations.queue.room_queue import MAIN, RoomQueue, queue_of
from karaoke_persist.operations.queue.singers import singer_rows
from karaoke_persist.operations.redirects import find_songs, kept_ids
from karaoke_persist.session import Session

Change = Mapping[str, Any]


class UndoingOperations(Operations):
    """Undo and redo: additions, removals, moves, holds, reorders, plans and clearings; the last 30 of a room.

    What has been played since, or has changed in another way, is not touched: `StaleWrite`, and nothing is undone.
    """

    @change
    def undo(self, room: str = MAIN) -> str | None:
        """Undo the last edit; what it was, or None if there is none."""
        return _turn(queue_of(self.session, room), undone=False)

    @change
    def redo(self, room: str = MAIN) -> str | None:
        """Do again what was undone last; what it was, or None. After a new edit there is nothing to redo."""
        return _turn(queue_of(self.session, room), undone=True)


def _turn(queue: RoomQueue, *, undone: bool) -> str | None:
    """Turn the last edit that is not undone, or the first that is, the other way round."""
    where = And(Eq("room_id", queue.room.id), Eq("undone", undone))
    found = queue.session.find(Query(QueueEdit, where, Order("number", descending=not undone), limit=1))
    for edit in found:
        _Turning(queue, thaw(edit.patch), back=not undone).run()
        queue.session.patch(QueueEdit, edit.id, {"undone": not undone})
        queue.changed()
        return str(edit.kind)
    return None


class _Turning:
    """One edit being turned round, `back` or forth."""

    def __init__(self, queue: RoomQueue, patch: dict[str, Any], *, back: bool) -> None:
        self._queue, self._session = queue, queue.session
        self._rev: int = patch["rev"]
        self._held = patch["held"] if back else patch["held"][::-1]
        self._to, self._from = ("before", "after") if back else ("after", "before")
        self._changes: dict[str, Change] = {change["id"]: change for change in patch["entries"]}
        self._rows = self._session.get_many(QueueEntry, self._changes)

    def run(self) -> None:
        """Check everything, then write everything."""
        self._check()
        gone = [key for key, each in self._changes.items() if each[self._to] is None]
        self._session.delete_where(Query(QueueEntry, In("id", gone)))
        self._session.upsert([self._entry(key) for key in self._rows if key not in gone])
        for key in (key for key in self._changes if key not in self._rows):
            self._session.insert(self._entry(key))
            self._session.insert(*_restored(self._session, key, self._changes[key]["singers"]))
        if self._held[0] != self._held[1]:
            self._queue.patch_room(held_singers=tuple(self._held[0]))

    def _check(self) -> None:
        """Refuse unless everything that the edit touched stands as it left it."""
        unseen = [key for key, each in self._changes.items() if each[self._from] is None]
        played = self._session.get_many(Performance, unseen)
        for key, each in self._changes.items():
            row = self._rows.get(key)
            if key in played or not self._stands(each, row):
                found = played.get(key) or row
                revision = 0 if found is None else found.revision
                if revision == each["revision"]:
                    self._refuse()  # it is the singers who are others now
                raise StaleWrite("QueueEntry", key, each["revision"], revision)
        if self._held[0] != self._held[1] and tuple(self._held[1]) != self._queue.room.held_singers:
            self._refuse()
        restored = [each[self._to]["songId"] for key, each in self._changes.items() if key not in self._rows]
        if find_songs(self._session, restored).keys() != set(restored):
            self._refuse()

    def _refuse(self) -> NoReturn:
        raise StaleWrite("Room", self._queue.room.id, self._rev, self._queue.room.queue_rev)

    def _stands(self, change: Change, row: QueueEntry | None) -> bool:
        if image(row) != change[self._from]:
            return False
        if row is None or change[self._to] is not None:
            return True
        return bool(singers_image(self._queue.singers([row])[row.id]) == change["singers"])

    def _entry(self, key: str) -> QueueEntry:
        """An entry as it is to be."""
        fields = dict(self._changes[key][self._to])
        fields["rank"] = self._free_rank(fields["rank"])
        (fields["songId"],) = kept_ids(self._session, [fields["songId"]])
        return QueueEntry(id=key, room_id=self._queue.room.id, **fields)

    def _free_rank(self, rank: str) -> str:
        """The rank or, if an entry that was not touched has taken it since, one in front of that."""
        where = And(Eq("room_id", self._queue.room.id), Eq("rank", rank))
        for (key,) in self._session.rows(Query(QueueEntry, where), ("id",)):
            if key not in self._changes:
                return self._queue.list.rank_before(key)
        return rank


def _restored(session: Session, entry_id: str, singers: Collection[tuple[str, str]]) -> list[QueueSinger]:
    """The singers of an entry again; one whose user is gone is a mere name now."""
    users = {singer: user_of(singer) for _, singer in singers}
    there = session.get_many(User, (user_id for user_id in users.values() if user_id is not None))
    known = {singer for singer, user_id in users.items() if user_id is None or user_id in there}
    named = [(name, singer if singer in known else singer_key(name)) for name, singer in singers]
    return singer_rows(session, entry_id, named)
