"""What was sung in the past: performances in the main room, in the nights that the source tells apart."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from karaoke_persist.contract.importing import NewPlay, digest
from karaoke_persist.models import Night, Performance, PerformanceSinger, Song
from karaoke_persist.models.singer import singer_key
from karaoke_persist.operations.queue.room_queue import MAIN
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.kinds.deciding import (
    Decision,
    Item,
    Planned,
    each,
    is_here,
    known_songs,
    new,
    refused,
    stays,
)

_UNKNOWN = "Unknown"


def decide_plays(session: Session, items: list[Item], planned: Planned) -> list[Decision]:
    """Decide about performances. One whose song is gone keeps what it was called, if the source says it."""
    drafts = [cast(NewPlay, item.draft) for item in items]
    kept = known_songs(session, [draft.song_id for draft in drafts], planned)
    songs, there = session.get_many(Song, kept.values()), session.get_many(Performance, [i.entry_id for i in items])
    nights = session.get_many(Night, [_night_id(item) for item in items])

    def decide(item: Item) -> Decision:
        draft = cast(NewPlay, item.draft)
        if item.entry is not None:
            return stays(item, "it was imported before, and history stays as it is")
        if item.entry_id in there:
            return is_here(item, there[item.entry_id])
        song_id = kept.get(draft.song_id, draft.song_id)
        song = songs.get(song_id)
        title = draft.title or (None if song is None else song.title)
        if title is None and song_id not in planned.songs:
            return refused(item, f"the song {draft.song_id!r} is not there, and what it was called is not said")
        performance = _performance(item, draft, song_id, title or _UNKNOWN, song)
        night = _night(item, draft, nights.get(performance.night_id), planned)
        decision = new(item, performance, *_singers(performance, draft))
        decision.inserts[:0] = [] if night is None else [night]
        if draft.completed and song_id in kept.values():
            decision.plays.append((song_id, draft.ended_at or draft.started_at))
        return decision

    return each(items, decide)


def _night_id(item: Item) -> str:
    return digest(item.conversion.source, "night", cast(NewPlay, item.draft).night)


def _night(item: Item, draft: NewPlay, stored: Night | None, planned: Planned) -> Night | None:
    """A night that is over, unless it is known already. It lasts as long as its performances, which widen it later."""
    key = _night_id(item)
    if stored is not None or key in planned.others:
        return None
    planned.others.add(key)
    end = draft.ended_at or draft.started_at
    return Night(id=key, room_id=MAIN, opened_at=draft.started_at, active_at=end, closed_at=end)


def _performance(item: Item, draft: NewPlay, song_id: str, title: str, song: Song | None) -> Performance:
    return Performance(
        id=item.entry_id,
        night_id=_night_id(item),
        room_id=MAIN,
        song_id=song_id,
        title=title,
        artist=draft.artist or (_UNKNOWN if song is None else song.artist),
        status="completed" if draft.completed else "skipped",
        key_shift=draft.key_shift,
        duration_ms=None if song is None else song.duration_ms,
        started_at=draft.started_at,
        ended_at=_ended(draft),
    )


def _ended(draft: NewPlay) -> datetime:
    return max(draft.ended_at or draft.started_at, draft.started_at)


def _singers(performance: Performance, draft: NewPlay) -> list[PerformanceSinger]:
    by_key = {singer_key(name): name for name in reversed(draft.singers)}
    return [
        PerformanceSinger(
            id=digest(performance.id, str(place)),
            performance_id=performance.id,
            place=place,
            name=name,
            singer=key,
            night_id=performance.night_id,
            song_id=performance.song_id,
            completed=draft.completed,
            started_at=performance.started_at,
        )
        for place, (key, name) in enumerate(reversed(by_key.items()))
    ]
