"""Several songs become one: what hangs on them moves to the one that is kept, and their ids lead there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from karaoke_persist.contract import And, Eq, In, Not, Order, Query
from karaoke_persist.errors import AlreadyExists, InvalidValue, NotFound
from karaoke_persist.models import (
    FavoriteSong,
    Job,
    Performance,
    PerformanceSinger,
    Playlist,
    PlaylistEntry,
    PreferredVersion,
    QueueEntry,
    Record,
    Room,
    Song,
    SongRedirect,
)
from karaoke_persist.operations.merged_fields import filled
from karaoke_persist.operations.redirects import merged, refuse_merged
from karaoke_persist.operations.song_versions import version_key
from karaoke_persist.session import Session


def merge_songs(session: Session, keep: str, others: Iterable[str]) -> Song:
    """Merge songs into one, all or nothing."""
    ids = _ids(keep, others)
    kept = _kept(session, keep)
    losers = _losers(session, kept, ids)
    with session.savepoint():
        if losers:
            _merge(session, kept, losers)
    return _kept(session, keep)


def _merge(session: Session, kept: Song, losers: Sequence[Song]) -> None:
    ids = [song.id for song in losers]
    _move_favorites(session, ids, kept.id)
    _move_playlist_entries(session, ids, kept.id)
    _move_queue_entries(session, ids, kept.id)
    _move_history(session, losers, kept)
    _move_preferences(session, losers, kept)
    _rename(session, Job, ids, kept.id)
    _rename(session, SongRedirect, ids, kept.id)
    if changes := kept.differing(filled(kept, losers)):
        session.patch(Song, kept.id, changes)
    session.delete_where(Query(Song, In("id", ids)))
    session.insert(*(SongRedirect(id=song_id, song_id=kept.id) for song_id in ids))


# what may be merged


def _ids(keep: str, others: Iterable[str]) -> list[str]:
    if isinstance(others, str):
        raise InvalidValue("others", others, f"several ids are expected; for one give [{others!r}]")
    ids = list(dict.fromkeys(others))
    if not ids:
        raise InvalidValue("others", ids, "name at least one song to merge")
    if keep in ids:
        raise InvalidValue("others", keep, "this is the song that is kept; name the others only")
    return ids


def _kept(session: Session, song_id: str) -> Song:
    song = session.get(Song, song_id)
    if song is None:
        refuse_merged(session, song_id)
        raise NotFound("Song", song_id)
    return song


def _losers(session: Session, kept: Song, ids: Sequence[str]) -> list[Song]:
    """The songs that are to be merged; those that were merged into the kept one already are done."""
    songs = session.get_many(Song, ids)
    done = merged(session, [song_id for song_id in ids if song_id not in songs])
    for song_id in ids:
        if song_id not in songs and song_id not in done:
            raise NotFound("Song", song_id)
        if done.get(song_id, kept.id) != kept.id:
            raise AlreadyExists("Song", "id", song_id, merged_into=done[song_id])
    return list(songs.values())


# what hangs on songs


def _rename(session: Session, model: type[Record], ids: Sequence[str], kept: str) -> None:
    """Let the rows that name one of these songs name the kept one."""
    session.patch_where(Query(model, In("song_id", ids)), {"song_id": kept})


def _move_favorites(session: Session, ids: Sequence[str], kept: str) -> None:
    """Who likes one of them likes the kept one, since the earliest date."""
    by_user: dict[str, list[FavoriteSong]] = {}
    for favorite in session.find(Query(FavoriteSong, In("song_id", [kept, *ids]))):
        by_user.setdefault(favorite.user_id, []).append(favorite)
    united = [_united(favorites, kept) for favorites in by_user.values()]
    stays = {favorite.id for favorite in united}
    doomed = [each.id for favorites in by_user.values() for each in favorites if each.id not in stays]
    session.delete_where(Query(FavoriteSong, In("id", doomed)))
    session.upsert(united)


def _united(favorites: Sequence[FavoriteSong], kept: str) -> FavoriteSong:
    own = next((each for each in favorites if each.song_id == kept), favorites[0])
    dates = [each.added_at for each in favorites if each.added_at is not None]
    return own.replaced({"song_id": kept, "added_at": min(dates, default=None)})


def _move_playlist_entries(session: Session, ids: Sequence[str], kept: str) -> None:
    """In a list that wants no song twice, the first stays and the others go."""
    lists = _lists_with(session, PlaylistEntry, "playlist_id", ids)
    _rename(session, PlaylistEntry, ids, kept)
    for playlist in session.get_many(Playlist, lists).values():
        if playlist.duplicates != "allow":
            holding = And(Eq("playlist_id", playlist.id), Eq("song_id", kept))
            _first, *rest = session.rows(Query(PlaylistEntry, holding, Order("rank")), ("id",))
            session.delete_where(Query(PlaylistEntry, In("id", [entry_id for (entry_id,) in rest])))
        session.maintain(Playlist, playlist.id, {"rev": playlist.rev + 1})


def _move_queue_entries(session: Session, ids: Sequence[str], kept: str) -> None:
    """All entries stay: people are waiting to sing them."""
    rooms = _lists_with(session, QueueEntry, "room_id", ids)
    _rename(session, QueueEntry, ids, kept)
    for room in session.get_many(Room, rooms).values():
        session.maintain(Room, room.id, {"queue_rev": room.queue_rev + 1})


def _lists_with(session: Session, model: type[Record], field: str, ids: Sequence[str]) -> list[str]:
    return sorted({row[0] for row in session.rows(Query(model, In("song_id", ids)), (field,))})


def _move_history(session: Session, losers: Sequence[Song], kept: Song) -> None:
    """What was sung stays as it was called then, and counts for the kept song."""
    ids, songs = [song.id for song in losers], (kept, *losers)
    _rename(session, Performance, ids, kept.id)
    _rename(session, PerformanceSinger, ids, kept.id)
    last: list[datetime] = [song.last_played_at for song in songs if song.last_played_at is not None]
    plays = {"play_count": sum(song.play_count for song in songs), "last_played_at": max(last, default=None)}
    session.maintain(Song, kept.id, plays)


def _move_preferences(session: Session, losers: Sequence[Song], kept: Song) -> None:
    """Who preferred one of them prefers the kept one, unless another of its versions is preferred already."""
    key, ids = version_key(kept), [song.id for song in losers]
    taken = {scope for (scope,) in session.rows(_preferences_elsewhere(key, ids), ("scope",))}
    found = session.find(Query(PreferredVersion, In("song_id", ids)))
    # Those that stand at the right versions already come first, so that they are the ones that stay.
    for preference in sorted(found, key=lambda each: (each.version_key != key, ids.index(each.song_id), each.id)):
        if preference.scope in taken:
            session.delete(PreferredVersion, preference.id)
        else:
            taken.add(preference.scope)
            session.patch(PreferredVersion, preference.id, {"version_key": key, "song_id": kept.id})


def _preferences_elsewhere(key: str, ids: Sequence[str]) -> Query:
    return Query(PreferredVersion, And(Eq("version_key", key), Not(In("song_id", ids))))
