"""What happens to the history when an entry of a queue plays and ends; within the transaction of that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from karaoke_persist.contract import And, Eq, In, Order, Query
from karaoke_persist.errors import IllegalState, InvalidValue, NotFound
from karaoke_persist.models import Night, Performance, PerformanceSinger, QueueEntry, QueueSinger, Song
from karaoke_persist.session import Session

QUIET: Final = timedelta(hours=6)
"""After more than this without a song, the next one begins another night."""
_TICK: Final = timedelta(microseconds=1)
"""What a performance lasts at least, so that each begins after the one before it, though the clock stands still."""
_SUNG: Final = In("status", ("completed", "playing"))


def open_performance(
    session: Session, room_id: str, entry: QueueEntry, singers: Sequence[QueueSinger], song: Song
) -> Performance:
    """Begin the performance of an entry, in the night of the room or a new one. Who is named twice sings it once.

    A performance that a crash has left open in the room becomes abandoned.
    """
    abandon_open(session, room_id)
    night = _night_to_play_in(session, room_id)
    performance = Performance(
        id=entry.id,
        night_id=night.id,
        room_id=room_id,
        song_id=song.id,
        title=song.title,
        artist=song.artist,
        key_shift=entry.key_shift,
        tempo=entry.tempo,
        duration_ms=song.duration_ms,
        started_at=night.active_at,
    )
    session.insert(performance)
    by_singer = {singer.singer: singer for singer in reversed(singers)}
    session.insert(*(_singer_of(session, performance, singer) for singer in by_singer.values()))
    return _stored(session, entry.id)


def close_performance(session: Session, performance_id: str, status: Literal["completed", "skipped"]) -> Performance:
    """End the performance that is on stage. One that was completed counts as a turn and in the statistics."""
    if status not in ("completed", "skipped"):
        raise InvalidValue("status", status, "a performance ends as 'completed' or 'skipped'")
    performance = session.get(Performance, performance_id)
    if performance is None:
        raise NotFound("Performance", performance_id)
    if performance.status != "playing":
        raise IllegalState("Performance", performance_id, performance.status, f"become {status}", "It has ended")
    ended = max(session.context.clock(), performance.started_at + _TICK)
    session.patch(Performance, performance_id, {"status": status, "ended_at": ended})
    _be_active(session, performance.night_id, ended)
    if status == "completed":
        session.patch_where(Query(PerformanceSinger, Eq("performance_id", performance_id)), {"completed": True})
        count_plays(session, performance.song_id, 1, ended)
    return _stored(session, performance_id)


def count_plays(session: Session, song_id: str, plays: int, last: datetime | None) -> None:
    """Add plays to those of a song, if it is still there."""
    song = session.get(Song, song_id)
    if song is not None:
        latest = max((at for at in (song.last_played_at, last) if at is not None), default=None)
        session.maintain(Song, song_id, {"play_count": song.play_count + plays, "last_played_at": latest})


def move_history(session: Session, from_song_ids: Sequence[str], to_song_id: str) -> None:
    """Let what was sung of some songs be of another, with what they were called then; plays are summed."""
    others = list(dict.fromkeys(song_id for song_id in from_song_ids if song_id != to_song_id))
    if session.get(Song, to_song_id) is None:
        raise NotFound("Song", to_song_id)
    for model in (Performance, PerformanceSinger):
        session.patch_where(Query(model, In("song_id", others)), {"song_id": to_song_id})
    for song in session.get_many(Song, others).values():
        count_plays(session, to_song_id, song.play_count, song.last_played_at)
        session.maintain(Song, song.id, {"play_count": 0, "last_played_at": None})


def night_tonight(session: Session, room_id: str) -> Night | None:
    """The night that a song would play in now; None after more than six hours of quiet."""
    night = _last_night(session, room_id)
    over = night is None or night.closed_at is not None or _is_over(night, session.context.clock())
    return None if over else night


def turns_tonight(session: Session, room_id: str) -> list[tuple[str, ...]]:
    """Who has sung tonight: the singers of each completed performance in order, then those on stage."""
    night = night_tonight(session, room_id)
    if night is None:
        return []
    sung = session.rows(Query(Performance, And(Eq("night_id", night.id), _SUNG), Order("started_at")), ["id"])
    turns: dict[str, list[str]] = {performance_id: [] for (performance_id,) in sung}
    singing = Query(PerformanceSinger, Eq("night_id", night.id), Order("started_at"))
    for performance_id, _, singer in sorted(session.rows(singing, ["performance_id", "place", "singer"])):
        if performance_id in turns:
            turns[performance_id].append(singer)
    return [tuple(singers) for singers in turns.values()]


def sung_tonight(session: Session, room_id: str, song_id: str) -> bool:
    """Whether a song was completed tonight, or is on stage."""
    night = night_tonight(session, room_id)
    if night is None:
        return False
    where = And(Eq("night_id", night.id), Eq("song_id", song_id), _SUNG)
    return bool(session.rows(Query(Performance, where, limit=1), ["id"]))


def songs_tonight(session: Session, room_id: str, singer: str) -> int:
    """How many songs a singer has completed tonight, and has on stage."""
    night = night_tonight(session, room_id)
    if night is None:
        return 0
    own = And(Eq("night_id", night.id), Eq("singer", singer))
    performances = {row[0] for row in session.rows(Query(PerformanceSinger, own), ["performance_id"])}
    return sum(each.status in _SUNG.values for each in session.get_many(Performance, performances).values())


def last_settings(session: Session, singer: str, song_id: str) -> tuple[int, int] | None:
    """The key shift and the tempo that a singer had last with a song."""
    own = And(Eq("singer", singer), Eq("song_id", song_id))
    latest = Query(PerformanceSinger, own, Order("started_at", descending=True), limit=1)
    for (performance_id,) in session.rows(latest, ["performance_id"]):
        performance = session.get(Performance, performance_id)
        return None if performance is None else (performance.key_shift, performance.tempo)
    return None


def end_night(session: Session, night_id: str) -> Night:
    """Close a night: now, or if it is over already, when it ended."""
    night = session.get(Night, night_id)
    if night is None:
        raise NotFound("Night", night_id)
    if night.closed_at is not None:
        return night
    if session.rows(Query(Performance, And(Eq("night_id", night_id), Eq("status", "playing")), limit=1), ["id"]):
        raise IllegalState("Night", night_id, "on stage", "be closed", "Complete or skip what plays first")
    now = session.context.clock()
    _close_night(session, night, night.active_at if _is_over(night, now) else max(now, night.active_at))
    return _night(session, night_id)


def _night_to_play_in(session: Session, room_id: str) -> Night:
    """The open night of the room, or a new one; its `active_at` is the moment that the song begins.

    That moment is not before the end of the last one, whatever the clock says: it is what the turns are ordered by.
    """
    now, last = session.context.clock(), _last_night(session, room_id)
    moment = now if last is None else max(now, last.active_at)
    if last is not None and last.closed_at is None:
        if not _is_over(last, now):
            return _be_active(session, last.id, moment)
        _close_night(session, last, last.active_at)
    night_id = session.context.new_id()
    session.insert(Night(id=night_id, room_id=room_id, opened_at=moment, active_at=moment))
    return _night(session, night_id)


def _last_night(session: Session, room_id: str) -> Night | None:
    last = Query(Night, Eq("room_id", room_id), Order("opened_at", descending=True), limit=1)
    return next(iter(session.find(last)), None)


def _is_over(night: Night, now: datetime) -> bool:
    return now - night.active_at > QUIET


def _close_night(session: Session, night: Night, moment: datetime) -> None:
    session.patch(Night, night.id, {"closed_at": moment})


def _be_active(session: Session, night_id: str, moment: datetime) -> Night:
    night = _night(session, night_id)
    session.patch(Night, night_id, {"active_at": max(moment, night.active_at)})
    return _night(session, night_id)


def abandon_open(session: Session, room_id: str) -> None:
    """Nobody knows when a performance ended that a crash has left open: it ended when it started."""
    left_open = And(Eq("status", "playing"), Eq("room_id", room_id))
    for performance in session.find(Query(Performance, left_open)):
        ended: dict[str, Any] = {"status": "abandoned", "ended_at": performance.started_at}
        session.patch(Performance, performance.id, ended)


def _singer_of(session: Session, performance: Performance, singer: QueueSinger) -> PerformanceSinger:
    return PerformanceSinger(
        id=session.context.new_id(),
        performance_id=performance.id,
        place=singer.place,
        name=singer.name,
        user_id=singer.user_id,
        singer=singer.singer,
        night_id=performance.night_id,
        song_id=performance.song_id,
        started_at=performance.started_at,
    )


def _stored(session: Session, performance_id: str) -> Performance:
    performance = session.get(Performance, performance_id)
    assert performance is not None, "a performance that was just written is there"
    return performance


def _night(session: Session, night_id: str) -> Night:
    night = session.get(Night, night_id)
    assert night is not None, "a performance names a night that is there"
    return night
