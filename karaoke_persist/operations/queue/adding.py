"""Adding entries to a queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from karaoke_persist.errors import AlreadyExists, InvalidValue
from karaoke_persist.models import Performance, QueueEntry, QueueSinger
from karaoke_persist.models.singer import singer_key
from karaoke_persist.operations.base import Operations
from karaoke_persist.operations.performances import last_settings
from karaoke_persist.operations.queue.admission import admit, song_for
from karaoke_persist.operations.queue.answers import AddedEntry
from karaoke_persist.operations.queue.changing import change
from karaoke_persist.operations.queue.edits import edit
from karaoke_persist.operations.queue.listing import item_of, item_of_performance
from karaoke_persist.operations.queue.places import Place, rank_at
from karaoke_persist.operations.queue.room_queue import MAIN, RoomQueue, queue_of, standing_entry
from karaoke_persist.operations.queue.rotating import rotate_if_auto
from karaoke_persist.operations.queue.singers import SingerLike, as_singers, singer_rows
from karaoke_persist.session import Session

_CHANGEABLE: Final = ("key_shift", "tempo", "note")


class AddingOperations(Operations):
    """Adding to a queue, and changing what was added."""

    @change
    def add(
        self,
        song_id: str,
        *,
        singer: SingerLike | None = None,
        singers: Sequence[SingerLike] | None = None,
        room: str = MAIN,
        entry_id: str | None = None,
        before: str | None = None,
        after: str | None = None,
        position: int | None = None,
        expect: int | None = None,
        key_shift: int | None = None,
        tempo: int | None = None,
        note: str | None = None,
        added_by: str | None = None,
        force: bool = False,
    ) -> AddedEntry:
        """Queue a song for a singer, or for up to eight, at the end or at the place that is named.

        The same `entry_id` again answers the entry that is there, or what has become of it when it was played, and
        changes nothing: after a double tap or a `CommitUnknown`, add again. Key and tempo that are not given are those
        the singer had last with this song. An entry that is put at a place is pinned there.

        `force=True` is the word of the host: a closed room, quotas, the policies for repeats and `hidden` do not count.
        Without it they raise `IllegalState`, `QuotaExceeded` and, for a hidden song, `NotFound`.
        """
        named = as_singers(singer, singers)
        place = Place(before, after, position, expect)
        queue = queue_of(self.session, room)
        new_id = self.session.context.new_id() if entry_id is None else entry_id
        if (there := _there(queue, new_id)) is not None:
            return there
        song = song_for(queue, song_id, force=force)
        rows = singer_rows(self.session, new_id, [(each.name, singer_key(*each)) for each in named])
        warnings = admit(queue, song, rows, force=force)
        wishes = {"key_shift": key_shift, "tempo": tempo, "note": note, "added_by": added_by}
        given = {name: value for name, value in wishes.items() if value is not None}
        entry = QueueEntry(
            id=new_id,
            room_id=room,
            rank="",
            song_id=song.id,
            pinned=place.is_named,
            **{**_settings(self.session, rows, song.id), **given},
        )
        return AddedEntry(item_of(queue, *_stored(queue, entry, rows, place)), warnings)

    @change
    def update_entry(self, /, entry_id: str, **changes: Any) -> None:
        """Change what is named of an entry's `key_shift`, `tempo` and `note`; None clears the note."""
        queue, entry = standing_entry(self.session, entry_id, "be changed")
        for name in changes:
            if name not in _CHANGEABLE:
                raise InvalidValue("QueueEntry", name, f"of a queued entry only {', '.join(_CHANGEABLE)} are changed")
        _check_tempo(QueueEntry.checked_changes(changes).get("tempo", entry.tempo))
        with edit(queue, "update") as draft:
            draft.touches([entry])
            self.session.patch(QueueEntry, entry_id, changes)


def _there(queue: RoomQueue, entry_id: str) -> AddedEntry | None:
    """What has become of an addition that was made already."""
    entry = queue.session.get(QueueEntry, entry_id)
    if entry is None:
        return _sung(queue, entry_id)
    if entry.room_id != queue.room.id:
        raise AlreadyExists("QueueEntry", "id", entry_id)
    return AddedEntry(item_of(queue, entry, queue.position(entry)))


def _sung(queue: RoomQueue, entry_id: str) -> AddedEntry | None:
    performance = queue.session.get(Performance, entry_id)
    if performance is None:
        return None
    if performance.room_id != queue.room.id:
        raise AlreadyExists("Performance", "id", entry_id)
    return AddedEntry(item_of_performance(queue.session, performance))


def _settings(session: Session, singers: Sequence[QueueSinger], song_id: str) -> dict[str, Any]:
    """Key and tempo of the last time that one of the singers, the first named before others, sang the song."""
    for each in singers:
        if (found := last_settings(session, each.singer, song_id)) is not None:
            return dict(zip(("key_shift", "tempo"), found, strict=True))
    return {}


def _stored(queue: RoomQueue, entry: QueueEntry, singers: list[QueueSinger], place: Place) -> tuple[QueueEntry, int]:
    """Store an entry at its place; the entry as it is stored, and its position."""
    _check_tempo(entry.tempo)
    place.check(queue)
    with edit(queue, "add") as draft:
        if place.is_named:
            rest = queue.order()
            rank = rank_at(queue, place.position_among(queue, rest), rest)
        else:
            rank = queue.list.rank_at_end()
        queue.session.insert(entry.replaced({"rank": rank}))
        queue.session.insert(*singers)
        draft.adds(entry.id, singers)
        draft.touches(rotate_if_auto(queue))
    at_end = not place.is_named and not queue.room.auto
    stored: QueueEntry = queue.list.entry(entry.id)
    return stored, queue.size() if at_end else queue.position(stored)


def _check_tempo(tempo: int) -> None:
    if tempo < 1:
        raise InvalidValue("QueueEntry.tempo", tempo, "a percentage of 1 or more is expected")
