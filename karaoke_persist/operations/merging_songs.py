"""Several songs become one: what hangs on them moves to the one that is kept, and their ids lead there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from karaoke_persist.contract import And, Eq, In, Not, Query
from karaoke_persist.errors import AlreadyExists, InvalidValue, NotFound
from karaoke_persist.models import Job, MediaFile, PreferredVersion, Record, Song, SongRedirect
from karaoke_persist.operations import playlist_songs
from karaoke_persist.operations.favorite_operations import move_favorites
from karaoke_persist.operations.merged_fields import filled
from karaoke_persist.operations.performances import move_history
from karaoke_persist.operations.queue import songs as queue_songs
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
    move_favorites(session, ids, kept.id)
    playlist_songs.replace_song(session, ids, kept.id)
    queue_songs.replace_song(session, ids, kept.id)
    move_history(session, ids, kept.id)
    _move_preferences(session, losers, kept)
    _rename(session, Job, ids, kept.id)
    _rename(session, SongRedirect, ids, kept.id)
    _rename(session, MediaFile, ids, kept.id)
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
