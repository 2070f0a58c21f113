"""Ids of songs that were merged into others: reads follow them, and nothing is written to them."""

from __future__ import annotations

from collections.abc import Iterable

from karaoke_persist.errors import AlreadyExists
from karaoke_persist.models import Song, SongRedirect
from karaoke_persist.session import Session


def find_song(session: Session, song_id: str) -> Song | None:
    """The song with this id, or the one that it was merged into. One read where it is there."""
    song = session.get(Song, song_id)
    if song is None:
        session.need_snapshot()
        redirect = session.get(SongRedirect, song_id)
        song = None if redirect is None else session.get(Song, redirect.song_id)
    return song


def find_songs(session: Session, song_ids: Iterable[str]) -> dict[str, Song]:
    """The same for many, by the ids that were asked for, in their order; ids that are not there are left out."""
    wanted = list(dict.fromkeys(song_ids))
    found = session.get_many(Song, wanted)
    if len(found) == len(wanted):
        return found
    session.need_snapshot()
    kept = merged(session, [song_id for song_id in wanted if song_id not in found])
    others = session.get_many(Song, kept.values())
    found.update((song_id, others[target]) for song_id, target in kept.items())
    return {song_id: found[song_id] for song_id in wanted if song_id in found}


def merged(session: Session, song_ids: Iterable[str]) -> dict[str, str]:
    """Which of these ids were merged, and into which songs."""
    found = session.get_many(SongRedirect, song_ids)
    return {song_id: redirect.song_id for song_id, redirect in found.items()}


def kept_ids(session: Session, song_ids: Iterable[str]) -> list[str]:
    """The same ids in their order, in the place of each that was merged the id of the song that was kept."""
    asked = list(song_ids)
    kept = merged(session, asked)
    return [kept.get(song_id, song_id) for song_id in asked]


def refuse_merged(session: Session, *song_ids: str) -> None:
    """Raise `AlreadyExists`, naming the song that was kept, if one of these ids was merged."""
    for song_id, kept in merged(session, song_ids).items():
        raise AlreadyExists("Song", "id", song_id, merged_into=kept)
