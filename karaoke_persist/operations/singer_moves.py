"""How what belongs to one singer becomes another's, within the transaction of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from karaoke_persist.contract import And, Condition, Eq, FoldedEq, Has, In, Query
from karaoke_persist.models import PerformanceSinger, PreferredVersion, QueueEntry, QueueSinger, Record, Room
from karaoke_persist.models.singer import singer_key, user_key, user_of
from karaoke_persist.operations.queue.kept_edits import replace_singer_in_edits
from karaoke_persist.operations.queue.room_queue import queue_of
from karaoke_persist.session import Session


@dataclass(frozen=True, slots=True)
class SingerRows:
    """Rows that say who sings something."""

    model: type[Record]
    sung: str
    """The field that names what is sung."""


QUEUE = SingerRows(QueueSinger, "entry_id")
HISTORY = SingerRows(PerformanceSinger, "performance_id")


def move_singer(session: Session, old: str, new: str) -> tuple[int, int]:
    """Let another singer have entries, performances, holds and preferred versions; how many of the first two.

    Undoing the edits of before leads to the other as well. Names stay as they were given. Of two rows that now say the
    same, the one that was named first stays.
    """
    entries = _move_rows(session, QUEUE, Eq("singer", old), new)
    performances = _move_rows(session, HISTORY, Eq("singer", old), new)
    rooms = _rooms_of(session, entries) | _replace_held(session, old, [new])
    _raise_queue_revs(session, rooms)
    _move_preferred_versions(session, old, new)
    replace_singer_in_edits(session, old, new)
    return len(entries), len(performances)


def release_singer(session: Session, user_id: str) -> None:
    """Let a user's entries, performances and holds belong to the mere names under which they stand."""
    old = user_key(user_id)
    entries, names = _release_rows(session, QUEUE, old)
    _release_rows(session, HISTORY, old)
    _raise_queue_revs(session, _rooms_of(session, entries) | _replace_held(session, old, names))
    session.delete_where(Query(PreferredVersion, Eq("scope", old)))


def _release_rows(session: Session, kind: SingerRows, old: str) -> tuple[set[str], list[str]]:
    """Let rows name those whose names they have; the keys of what is sung, and the names as singers."""
    rows = session.rows(Query(kind.model, Eq("singer", old)), ("name",))
    names = {singer_key(name): name for (name,) in rows}
    moved = [_move_rows(session, kind, And(Eq("singer", old), FoldedEq("name", names[new])), new) for new in names]
    return set[str]().union(*moved), list(names)


def _move_rows(session: Session, kind: SingerRows, own: Condition, new: str) -> set[str]:
    """Let rows name another singer; the keys of what is sung."""
    rows = session.rows(Query(kind.model, own), ("id", kind.sung, "place"))
    if not rows:
        return set()
    there = And(Eq("singer", new), In(kind.sung, [sung for _, sung, _ in rows]))
    others = session.rows(Query(kind.model, there), ("id", kind.sung, "place"))
    session.delete_where(Query(kind.model, In("id", _repeats(rows, others))))
    session.patch_where(Query(kind.model, own), {"singer": new, "user_id": user_of(new)})
    return {sung for _, sung, _ in rows}


def _repeats(rows: Sequence[tuple[Any, ...]], others: Sequence[tuple[Any, ...]]) -> list[str]:
    """Of the rows about what others are about too, the later of each two."""
    by_sung = {sung: (place, key) for key, sung, place in others}
    pairs = [((place, key), by_sung[sung]) for key, sung, place in rows if sung in by_sung]
    return [max(pair)[1] for pair in pairs]


def _rooms_of(session: Session, entries: Iterable[str]) -> set[str]:
    return {room for (room,) in session.rows(Query(QueueEntry, In("id", list(entries))), ("room_id",))}


def _replace_held(session: Session, old: str, new: Sequence[str]) -> set[str]:
    """Hold these singers wherever the old one was held; the rooms where that is."""
    rooms = session.find(Query(Room, Has("held_singers", old)))
    for room in rooms:
        held = [each for singer in room.held_singers for each in (new if singer == old else [singer])]
        session.patch(Room, room.id, {"held_singers": list(dict.fromkeys(held))})
    return {room.id for room in rooms}


def _raise_queue_revs(session: Session, room_ids: Iterable[str]) -> None:
    for room_id in sorted(room_ids):
        queue_of(session, room_id).changed()  # one that was announced may be held now


def _move_preferred_versions(session: Session, old: str, new: str) -> None:
    """Of two preferences for the same versions, that of the singer who stays."""
    kept = [key for (key,) in session.rows(Query(PreferredVersion, Eq("scope", new)), ("version_key",))]
    session.delete_where(Query(PreferredVersion, And(Eq("scope", old), In("version_key", kept))))
    session.patch_where(Query(PreferredVersion, Eq("scope", old)), {"scope": new})
