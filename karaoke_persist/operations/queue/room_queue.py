"""The queue of one room within a session: what its operations have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from karaoke_persist.contract import Aggregate, And, Condition, Eq, In, Not, Order, Query
from karaoke_persist.errors import IllegalState, NotFound
from karaoke_persist.models import QueueEntry, QueueSinger, Room
from karaoke_persist.operations.ordered_list import ListKind, OrderedList
from karaoke_persist.session import Session

MAIN: Final = "main"
"""The room that is there without having been opened."""
_KIND: Final = ListKind(Room, "queue_rev", QueueEntry, "room_id")
_FEW: Final = 20


class RoomQueue:
    """A room with its queue. Whoever waits or is held *stands* in it; what plays is on stage."""

    def __init__(self, session: Session, room: Room) -> None:
        self.session: Session = session
        self.room: Room = room
        self.list: OrderedList = OrderedList(session, _KIND, room.id)
        self._standing: Condition = And(Eq("room_id", room.id), Not(Eq("state", "playing")))

    def standing(self) -> list[QueueEntry]:
        """Those that wait or are held, in order."""
        return self.session.find(Query(QueueEntry, self._standing, Order("rank")))

    def order(self) -> list[str]:
        """Their ids."""
        query = Query(QueueEntry, self._standing, Order("rank"))
        return [entry_id for (entry_id,) in self.session.rows(query, ("id",))]

    def size(self) -> int:
        """Their number."""
        ((count,),) = self.session.aggregate(Aggregate(QueueEntry, self._standing))
        return int(count)

    def position(self, entry: QueueEntry) -> int:
        """Where one of them stands, from 1 on; 0 is on stage."""
        return 0 if entry.state == "playing" else self.order().index(entry.id) + 1

    def singers(self, entries: Iterable[QueueEntry]) -> dict[str, list[QueueSinger]]:
        """Who sings each of these entries, in the order they were named."""
        sung: dict[str, list[QueueSinger]] = {entry.id: [] for entry in entries}
        if sung:
            for singer in self.session.find(Query(QueueSinger, In("entry_id", tuple(sung)), Order("place"))):
                sung[singer.entry_id].append(singer)
        return sung

    def is_held(self, entry: QueueEntry, singers: Iterable[QueueSinger]) -> bool:
        """Whether an entry is passed over: it is held, or one of its singers is."""
        return entry.state == "held" or any(each.singer in self.room.held_singers for each in singers)

    def next_up(self) -> QueueEntry | None:
        """The entry that plays next: the one that was announced, or else the first that is not held."""
        locked = self.room.locked_entry
        if locked is not None and self._may_play(locked):
            announced: QueueEntry = self.list.entry(locked)
            return announced
        for some in self._in_order():
            singers = self.singers(some)
            for entry in some:
                if not self.is_held(entry, singers[entry.id]):
                    return entry
        return None

    def _in_order(self) -> Iterator[list[QueueEntry]]:
        """Those that stand, a few at a time: the first of them is nearly always enough."""
        place: tuple[str, str] | None = None
        while some := self.session.find(Query(QueueEntry, self._standing, Order("rank"), limit=_FEW, after=place)):
            yield some
            place = (some[-1].rank, some[-1].id)

    def patch_room(self, **changes: object) -> None:
        """Change fields of the room."""
        self.session.patch(Room, self.room.id, changes)
        self.room = self.room.replaced(changes)

    def changed(self) -> None:
        """Close a change: raise the queue's `rev`, and forget an announced entry that cannot come next any more."""
        locked = self.room.locked_entry
        if locked is not None and not self._may_play(locked):
            self.patch_room(locked_entry=None)
        self.list.changed()

    def _may_play(self, entry_id: str) -> bool:
        entry = self.session.get(QueueEntry, entry_id)
        if entry is None or entry.state != "waiting":
            return False
        return not self.is_held(entry, self.singers([entry])[entry_id])


def queue_of(session: Session, room_id: str) -> RoomQueue:
    """The queue of a room. The main room is opened when it is first needed; another that is not there is `NotFound`."""
    room = session.get(Room, room_id)
    if room is None and room_id == MAIN:
        session.insert(Room(id=MAIN, name="Main"))
        room = session.get(Room, MAIN)
    if room is None:
        raise NotFound("Room", room_id)
    return RoomQueue(session, room)


def standing_entry(session: Session, entry_id: str, wanted: str) -> tuple[RoomQueue, QueueEntry]:
    """An entry that waits or is held, and its queue. One that plays cannot do what is `wanted`: `IllegalState`."""
    entry = session.get(QueueEntry, entry_id)
    if entry is None:
        raise NotFound("QueueEntry", entry_id)
    if entry.state == "playing":
        raise IllegalState("QueueEntry", entry_id, "playing", wanted, "Complete or skip it instead")
    return queue_of(session, entry.room_id), entry
